import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fetch } from "undici";
import { afterAll, beforeAll, describe, expect, inject, test, vi } from "vitest";
import { requireTool } from "../../tools/locate.ts";
import {
  type CommandResult,
  type Controller,
  type ControlPlane,
  commitFiles,
  createBareRepository,
  git,
  Kubectl,
  run,
  type Server,
  startController,
  startControlPlane,
  startServer,
  tokenOf,
} from "../ground/index.ts";
import { chart, objectsIn, only, type Rendered, type Values, valuesFile } from "./chart.ts";
import { waitForPolicies } from "./policies-in-force.ts";

const root = join(import.meta.dirname, "..", "..");
const release = "forge";
const namespace = "forge-system";
const team = "team-a";

interface Container {
  readonly command: readonly [string];
  readonly args: readonly string[];
}

interface PodSpec {
  readonly serviceAccountName: string;
  readonly initContainers?: readonly Container[];
  readonly containers: readonly Container[];
}

/** Installed by Helm on an API server of its own; its pods are run here as the processes they hold. */
describe("the chart, installed", () => {
  const ground = inject("ground");
  const folder = mkdtempSync(join(tmpdir(), "forge-chart-install-"));
  const gitOps = join(ground.gitRoot, `chart-${process.pid}.git`);
  let plane: ControlPlane;
  let kubectl: Kubectl;
  let controller: Controller | undefined;
  let server: Server | undefined;
  let installed: CommandResult;

  const helm = (...args: readonly string[]): Promise<CommandResult> =>
    run(requireTool("helm"), [
      ...args,
      `--kubeconfig=${plane.kubeconfig}`,
      `--namespace=${namespace}`,
    ]);

  const nextRelease = {
    apiVersion: "forge.dev/v1alpha1",
    kind: "Release",
    metadata: { name: "next" },
    spec: {
      ...{ repository: "company/chart", project: "auth", commit: "b".repeat(40) },
      trigger: { type: "BranchPush", branch: "main" },
      source: { manifests: "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n" },
    },
  };
  const values: Values = {
    image: { repository: `${ground.registry}/forge` },
    registry: { prefix: `${ground.registry}/chart` },
    controller: { secrets: { namespaces: [team] } },
    tests: { enabled: true },
  };

  /** A kubeconfig with the token of a service account, as a pod of it has one. */
  async function kubeconfigOf(account: string): Promise<string> {
    const create = ["-n", namespace, "create", "token", account];
    const token = (await kubectl.output(create)).trim();
    const file = join(folder, `kubeconfig-${account}`);
    const config = JSON.parse(readFileSync(plane.kubeconfig, "utf8")) as {
      users: { name: string; user: object }[];
    };
    const users = config.users.map(({ name }) => ({ name, user: { token } }));
    writeFileSync(file, JSON.stringify({ ...config, users }), { mode: 0o600 });
    return file;
  }

  async function podOf(role: string): Promise<PodSpec> {
    const get = ["-n", namespace, "get", "deployment", `forge-${role}`, "-o", "json"];
    const deployment = JSON.parse(await kubectl.output(get)) as {
      spec: { template: { spec: PodSpec } };
    };
    return deployment.spec.template.spec;
  }

  async function runController(): Promise<Controller> {
    const { serviceAccountName, containers } = await podOf("controller");
    return startController({
      kubeconfig: await kubeconfigOf(serviceAccountName),
      registry: "overridden.by/the-chart",
      logFile: join(folder, "controller.log"),
      args: [...(containers[0]?.args ?? []), `--leader-namespace=${namespace}`],
    });
  }

  beforeAll(async () => {
    plane = await startControlPlane({ folder: join(folder, "plane") });
    kubectl = new Kubectl(plane.kubeconfig);
    await kubectl.output(["create", "namespace", team]);
    installed = await helm(
      ...["install", release, chart, "--create-namespace", `--values=${valuesFile(values)}`],
    );
    await waitForPolicies(kubectl);
    controller = await runController();
    const pod = await podOf("server");
    server = await startServer({
      kubeconfig: await kubeconfigOf(pod.serviceAccountName),
      logFile: join(folder, "server.log"),
      args: (pod.containers[0]?.args ?? []).map((arg) => arg.replace("/var/lib/forge", folder)),
    });
  });

  afterAll(async () => {
    await controller?.process.stop();
    await server?.process.stop();
    await plane.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  test("its notes name the commands that come next", () => {
    expect(installed).toMatchObject({ code: 0, stderr: "" });
    expect(installed.stdout).toContain("helm -n forge-system test forge");
  });

  test("the controller works under the account of its pods", async () => {
    const own = new Kubectl(await kubeconfigOf("forge-controller"));
    const whoAmI = ["auth", "whoami", "-o", "jsonpath={.status.userInfo.username}"];
    expect(await own.output(whoAmI)).toBe(`system:serviceaccount:${namespace}:forge-controller`);
  });

  test("the account that it makes is enough to bring a release into an environment", async () => {
    await createBareRepository(gitOps);
    await commitFiles(gitOps, "main", "First", { "README.md": "Pointers.\n" });
    const forge = (kind: string, name: string, spec: object) => ({
      apiVersion: "forge.dev/v1alpha1",
      kind,
      metadata: { name },
      spec,
    });
    const project = { repository: "company/chart", project: "auth" };
    await kubectl.apply(
      team,
      {
        apiVersion: "v1",
        kind: "Secret",
        metadata: { name: "git-credentials" },
        stringData: ground.gitCredentials,
      },
      forge("Environment", "dev", {
        promotionPolicy: {},
        gitOps: {
          url: `${ground.gitUrl}/chart-${process.pid}.git`,
          secretRef: { name: "git-credentials" },
        },
      }),
      forge("Release", "first", {
        ...project,
        commit: "a".repeat(40),
        trigger: { type: "BranchPush", branch: "main" },
        source: { manifests: "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n" },
      }),
      forge("ReleasePointer", "dev-auth", { environment: "dev", ...project, release: "1" }),
    );
    const wait = ["wait", "--for=condition=Ready", "releasepointer/dev-auth", "--timeout=60s"];
    const waited = await kubectl.run(["-n", team, ...wait]);
    expect(waited).toMatchObject({ code: 0 });
    expect(await git(gitOps, "log", "-1", "--format=%s", "main")).toContain("Deploy auth to dev");
  });

  test("the account that it makes for the server is enough to answer those who may read", async () => {
    const ask = (path: string, token?: string) =>
      fetch(`${server?.url}${path}`, {
        ...(token !== undefined && { headers: { authorization: `Bearer ${token}` } }),
      });
    const releases = "/v1/releases/company/chart/auth/1";
    expect((await ask(releases)).status).toBe(401);
    const found = await ask(releases, tokenOf(plane.kubeconfig));
    expect(found.status).toBe(200);
    expect(await found.text()).toContain('"auth"');
    // It opened its ledger on the volume.
    await vi.waitFor(() => expect(existsSync(join(folder, "ledger.db"))).toBe(true), 10_000);
  });

  test.each([
    { verb: "get", resource: "secrets", in: team, may: "yes", because: "it was named" },
    { verb: "get", resource: "secrets", in: "default", may: "no", because: "it was not" },
    { verb: "list", resource: "secrets", in: team, may: "no", because: "nobody needs it" },
    {
      verb: "update",
      resource: "leases.coordination.k8s.io",
      in: namespace,
      may: "yes",
      because: "one leads",
    },
    {
      verb: "update",
      resource: "leases.coordination.k8s.io",
      in: team,
      may: "no",
      because: "those are of others",
    },
    {
      verb: "delete",
      resource: "releases.forge.dev",
      in: team,
      may: "no",
      because: "it keeps them",
    },
  ])(
    "it may $verb $resource in $in: $may, because $because",
    async ({ verb, resource, in: place, may }) => {
      const account = `system:serviceaccount:${namespace}:forge-controller`;
      const asked = ["-n", place, "auth", "can-i", verb, resource, "--as", account];
      expect((await kubectl.run(asked)).stdout.trim()).toBe(may);
    },
  );

  test("helm test makes a release and tries a deployment", async () => {
    const hooks = objectsIn((await helm("get", "hooks", release)).stdout);
    const pod = only(hooks, "Pod");
    const beside = hooks.filter((object) => object !== pod);
    await kubectl.apply(namespace, ...beside);
    const spec = pod["spec"] as PodSpec;
    const kubeconfig = await kubeconfigOf(spec.serviceAccountName);
    const manifests = only(hooks, "ConfigMap")["data"] as Record<string, string>;
    writeFileSync(join(folder, "manifests.yaml"), manifests["manifests.yaml"] ?? "");
    const said: string[] = [];
    for (const { command, args } of [...(spec.initContainers ?? []), ...spec.containers]) {
      expect(command).toEqual(["forge"]);
      const here = args.map((arg) => arg.replace("/manifests/", `${folder}/`));
      const done = await run(process.execPath, [
        join(root, "cmd", "forge", "main.ts"),
        ...here,
        `--kubeconfig=${kubeconfig}`,
      ]);
      expect(done).toMatchObject({ code: 0 });
      said.push(done.stdout + done.stderr);
    }
    expect(said).toHaveLength(2);
    await kubectl.output(["-n", namespace, "delete", "environment", "forge-test"]);
  });

  test("an upgrade to two replicas keeps everything that runs", async () => {
    const file = valuesFile({
      ...values,
      mode: "distributed",
      server: { ledger: { urlSecret: "x" } },
    });
    expect(await helm("upgrade", release, chart, `--values=${file}`)).toMatchObject({ code: 0 });
    const replicas = ["get", "deployment", "forge-controller", "-o", "jsonpath={.spec.replicas}"];
    expect(await kubectl.output(["-n", namespace, ...replicas])).toBe("2");
    expect(await kubectl.output(["-n", namespace, "get", "pdb", "-o", "name"])).toContain(
      "forge-controller",
    );
  });

  test("uninstalled, it leaves the kinds and every object", async () => {
    await controller?.process.stop();
    expect(await helm("uninstall", release)).toMatchObject({ code: 0 });
    const left = await kubectl.get<Rendered>(team, "release", "first");
    expect(left).toMatchObject({ status: { number: 1 } });
    const roles = await kubectl.output(["get", "clusterroles", "-o", "name"]);
    expect(roles).not.toContain("forge");
  });

  test("installed again, it takes over what was left, and goes on where it was", async () => {
    const again = await helm("install", release, chart, `--values=${valuesFile(values)}`);
    expect(again).toMatchObject({ code: 0, stderr: "" });
    await waitForPolicies(kubectl);
    const commits = await git(gitOps, "rev-list", "--count", "main");
    controller = await runController();
    await kubectl.apply(team, nextRelease);
    const wait = ["wait", "--for=condition=Ready", "release/next", "--timeout=60s"];
    expect(await kubectl.run(["-n", team, ...wait])).toMatchObject({ code: 0 });
    expect(await kubectl.field(team, "release", "next", ".status.number")).toBe("2");
    expect(await kubectl.field(team, "releasepointer", "dev-auth", ".status.deployed.number")).toBe(
      "1",
    );
    expect(await git(gitOps, "rev-list", "--count", "main")).toBe(commits);
  });

  test("uninstalled by somebody who asked for it before, it takes everything away", async () => {
    await controller?.process.stop();
    const file = valuesFile({ ...values, crds: { keep: false } });
    expect(await helm("upgrade", release, chart, `--values=${file}`)).toMatchObject({ code: 0 });
    expect(await helm("uninstall", release)).toMatchObject({ code: 0 });
    await vi.waitFor(async () => {
      const left = await kubectl.output(["get", "crds", "-o", "name"]);
      expect(left).not.toContain("forge.dev");
    }, 30_000);
  });
});
