import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { load } from "js-yaml";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type ArgoCD,
  argoCDRepository,
  type FaultProxy,
  installArgoCD,
  type Plugin,
  startArgoCD,
  startFaultProxy,
  startPlugin,
} from "../../ground/index.ts";
import { Workspace } from "../ground/workspace.ts";
import { configMap, PointerRepository, type PublishedRelease } from "./argocd-releases.ts";

const examples = join(import.meta.dirname, "..", "..", "..", "examples", "argocd");

interface Application {
  readonly metadata: { readonly name: string };
  readonly status?: {
    readonly sync?: { readonly status: string; readonly revision?: string };
    readonly health?: { readonly status: string };
    readonly conditions?: readonly { readonly type: string; readonly message: string }[];
  };
}

/** Argo CD's controllers on a real API server, from the pointer's commit to the objects. */
describe("Argo CD", () => {
  const workspace = new Workspace("argocd-apps");
  const { kubectl } = workspace;
  const argoCDNamespace = `${workspace.namespace}-argocd`;
  let folder: string;
  let registry: FaultProxy;
  let pointers: PointerRepository;
  let argoCD: ArgoCD;
  let plugin: Plugin;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "fb-"));
    await workspace.create();
    registry = await startFaultProxy(`http://${workspace.ground.registry}`);
    pointers = new PointerRepository(workspace, registry.host);
    await installArgoCD(kubectl, argoCDNamespace);
    await kubectl.apply(
      argoCDNamespace,
      argoCDRepository(workspace.namespace, {
        type: "git",
        url: workspace.gitOpsUrl,
        ...workspace.ground.gitCredentials,
      }),
      argoCDRepository(`${workspace.namespace}-oci`, {
        type: "oci",
        url: `oci://${registry.host}/releases/${workspace.repository}/native`,
        insecureOCIForceHttp: "true",
      }),
    );
    argoCD = await startArgoCD({
      folder,
      kubeconfig: workspace.ground.kubeconfig,
      namespace: argoCDNamespace,
      applicationSets: true,
      resyncSeconds: 3,
      env: { ARGOCD_PAUSE_GEN_AFTER_FAILED_ATTEMPTS: "0" },
    });
    plugin = await startPlugin({
      socket: join(argoCD.pluginFolder, "forge-v1.sock"),
      registry: pointers.prefix,
      logFile: join(workspace.ground.folder, `${workspace.namespace}-plugin.log`),
      args: ["--timeout=4s"],
    });
  });

  afterAll(async () => {
    await plugin?.process.stop();
    await argoCD?.stop();
    await registry?.stop();
    await pointers?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** An ApplicationSet of the examples, for this test's repository and one project. */
  function applicationSet(file: string, project: string): object {
    const text = readFileSync(join(examples, file), "utf8")
      .replaceAll("https://git.example.com/company/gitops.git", workspace.gitOpsUrl)
      .replaceAll("namespace: argocd", `namespace: ${argoCDNamespace}`)
      .replaceAll("production/apps/**/release.yaml", `${pointers.folder(project)}/release.yaml`)
      // There is no garbage collector here to end a deletion in the foreground.
      .replaceAll("ServerSideApply=true", "ServerSideApply=true, PrunePropagationPolicy=background")
      .replaceAll("requeueAfterSeconds: 60", "requeueAfterSeconds: 3")
      .replaceAll("namespace: '{{.spec.project}}'", `namespace: ${workspace.namespace}`)
      .replaceAll(
        "name: 'production-{{.spec.project}}",
        `name: '${workspace.namespace}-{{.spec.project}}`,
      )
      .replaceAll("name: forge-production", `name: ${workspace.namespace}-${project}`);
    return load(text) as object;
  }

  async function applicationOf(project: string): Promise<Application | undefined> {
    const selector = `forge.dev/project=${project}`;
    const text = await kubectl.output([
      ...["-n", argoCDNamespace, "get", "applications", "-l", selector, "-o", "json"],
    ]);
    return (JSON.parse(text) as { items: Application[] }).items[0];
  }

  /** Asks Argo CD to look now, as forge does after a push. */
  async function refresh(project: string, kind = "normal"): Promise<void> {
    const name = (await applicationOf(project))?.metadata.name ?? "";
    await kubectl.output([
      ...["-n", argoCDNamespace, "annotate", "--overwrite", "application", name],
      `argocd.argoproj.io/refresh=${kind}`,
    ]);
  }

  async function waitForState(project: string, expected: Application["status"]): Promise<void> {
    await expect
      .poll(async () => (await applicationOf(project))?.status, { timeout: 40_000, interval: 500 })
      .toMatchObject(expected ?? {});
  }

  async function object(name: string) {
    const text = await kubectl.output([
      ...["-n", workspace.namespace, "get", "configmap", name, "--ignore-not-found", "-o", "json"],
    ]);
    if (text === "") return undefined;
    return JSON.parse(text) as {
      metadata: { annotations: Record<string, string> };
      data: Record<string, string>;
    };
  }

  const stampsOf = (release: PublishedRelease, number: number) => ({
    "forge.dev/release": release.commit,
    "forge.dev/release-number": String(number),
    "forge.dev/release-digest": release.digest,
    "forge.dev/environment": "production",
  });

  test("a pointer's commit brings its objects, the next release and a rollback change them", async () => {
    const first = await pointers.publish("story", 1, 2);
    const second = await pointers.publish("story", 2, 1);
    let revision = await pointers.point(first);
    await kubectl.apply(argoCDNamespace, applicationSet("applicationset-plugin.yaml", "story"));
    const healthy = { status: "Healthy" };
    await waitForState("story", { sync: { status: "Synced", revision }, health: healthy });
    expect((await object("story-0"))?.metadata.annotations).toMatchObject(stampsOf(first, 1));
    expect((await object("story-1"))?.metadata.annotations).toMatchObject(stampsOf(first, 1));

    revision = await pointers.point(second);
    await refresh("story");
    await waitForState("story", { sync: { status: "Synced", revision }, health: healthy });
    expect((await object("story-0"))?.metadata.annotations).toMatchObject(stampsOf(second, 2));
    expect(await object("story-1")).toBeUndefined();

    revision = await pointers.point(first);
    await refresh("story");
    await waitForState("story", { sync: { status: "Synced", revision }, health: healthy });
    expect((await object("story-0"))?.metadata.annotations).toMatchObject(stampsOf(first, 1));
    expect(await object("story-1")).toBeDefined();
  });

  test("a pointer that is taken away deletes nothing: a person deletes the Application", async () => {
    await pointers.commit({ [`${pointers.folder("story")}/release.yaml`]: undefined, "a.md": "" });
    await refresh("story", "hard");
    await expect
      .poll(async () => JSON.stringify((await applicationOf("story"))?.status?.conditions ?? []), {
        timeout: 30_000,
      })
      .toMatch(/app path does not exist/);
    expect(await object("story-0")).toBeDefined();
    const name = (await applicationOf("story"))?.metadata.name ?? "";
    await kubectl.output([
      ...["-n", argoCDNamespace, "delete", "applicationset", `${workspace.namespace}-story`],
    ]);
    await kubectl.output([
      ...["-n", argoCDNamespace, "patch", "application", name, "--type=merge", "-p"],
      '{"metadata":{"finalizers":["resources-finalizer.argocd.argoproj.io/background"]}}',
    ]);
    await kubectl.output(["-n", argoCDNamespace, "delete", "application", name]);
    expect(await object("story-0")).toBeUndefined();
  });

  test("custom resources are applied too, forge's own among them", async () => {
    const environment = JSON.stringify({
      apiVersion: "forge.dev/v1alpha1",
      kind: "Environment",
      metadata: { name: "from-a-release" },
      spec: { gitOps: { url: "https://git.example.com/gitops.git" } },
    });
    const release = await pointers.publish("kinds", 1, [environment, configMap("kinds", {})]);
    await pointers.point(release);
    await kubectl.apply(argoCDNamespace, applicationSet("applicationset-plugin.yaml", "kinds"));
    await waitForState("kinds", { sync: { status: "Synced" }, health: { status: "Healthy" } });
    const found = await kubectl.get<{ metadata: { annotations: object } }>(
      workspace.namespace,
      "environment",
      "from-a-release",
    );
    expect(found.metadata.annotations).toMatchObject(stampsOf(release, 1));
  });

  test("a registry that is down is said, and forgotten once it is back", async () => {
    const first = await pointers.publish("outage", 1);
    await pointers.point(first);
    await kubectl.apply(argoCDNamespace, applicationSet("applicationset-plugin.yaml", "outage"));
    await waitForState("outage", { sync: { status: "Synced" } });
    registry.judge = () => ({ type: "reset" });
    const second = await pointers.publish("outage", 2);
    const revision = await pointers.point(second);
    await refresh("outage");
    await expect
      .poll(async () => (await applicationOf("outage"))?.status?.conditions?.[0]?.message, {
        timeout: 40_000,
      })
      .toMatch(
        /code = Unavailable desc = forge: RegistryUnreachable: .* Check the registry's address/,
      );
    expect((await object("outage-0"))?.data["number"]).toBe("1");
    registry.judge = () => ({ type: "pass" });
    await waitForState("outage", { sync: { status: "Synced", revision } });
    expect((await object("outage-0"))?.data["number"]).toBe("2");
  });

  test("without a plugin, Argo CD reads the image as it is", async () => {
    const first = await pointers.publish("native", 1, 2);
    const second = await pointers.publish("native", 2, 1);
    await pointers.point(first);
    await kubectl.apply(argoCDNamespace, applicationSet("applicationset-oci.yaml", "native"));
    await waitForState("native", { sync: { status: "Synced", revision: first.digest } });
    expect((await object("native-1"))?.data["number"]).toBe("1");
    await pointers.point(second);
    await waitForState("native", { sync: { status: "Synced", revision: second.digest } });
    expect((await object("native-0"))?.data["number"]).toBe("2");
    expect(await object("native-1")).toBeUndefined();
  });
});
