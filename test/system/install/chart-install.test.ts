import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fetch } from "undici";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import {
  type CommandResult,
  type Controller,
  Kubectl,
  programPath,
  run,
  type Server,
  tokenOf,
} from "../../ground/index.ts";
import { objectsIn, only } from "./chart.ts";
import { InstalledChart, namespace, type PodSpec, release } from "./installed-chart.ts";

describe("the chart, installed", () => {
  let chart: InstalledChart;
  let controller: Controller;
  let server: Server;
  let installed: CommandResult;

  beforeAll(async () => {
    chart = await InstalledChart.prepare();
    installed = await chart.install();
    controller = await chart.startController();
    server = await chart.startServer();
  });

  afterAll(async () => {
    await controller.process.stop();
    await server.process.stop();
    await chart.stop();
  });

  test("its notes name the commands that come next", () => {
    expect(installed).toMatchObject({ code: 0, stderr: "" });
    expect(installed.stdout).toContain("helm -n forge-system test forge");
  });

  test("the controller works under the account of its pods", async () => {
    const own = new Kubectl(await chart.kubeconfigOf("forge-controller"));
    const whoAmI = ["auth", "whoami", "-o", "jsonpath={.status.userInfo.username}"];
    expect(await own.output(whoAmI)).toBe(`system:serviceaccount:${namespace}:forge-controller`);
  });

  test("the account that it makes is enough to bring a release into an environment", async () => {
    await chart.deployFirst();
    const subject = await chart.team.git("log", "-1", "--format=%s", "main");
    expect(subject).toContain("Deploy auth to dev");
  });

  test("the account that it makes for the server is enough to answer those who may read", async () => {
    const ask = (path: string, token?: string) =>
      fetch(`${server.url}${path}`, {
        ...(token !== undefined && { headers: { authorization: `Bearer ${token}` } }),
      });
    const releases = `/v1/releases/${chart.team.repository}/auth/1`;
    expect((await ask(releases)).status).toBe(401);
    const found = await ask(releases, tokenOf(chart.plane.kubeconfig));
    expect(found.status).toBe(200);
    expect(await found.text()).toContain('"auth"');
    // It opened its ledger on the volume.
    const ledger = join(chart.folder, "ledger.db");
    await vi.waitFor(() => expect(existsSync(ledger)).toBe(true), 10_000);
  });

  test.each([
    { verb: "get", resource: "secrets", in: "team", may: "yes", because: "it was named" },
    { verb: "get", resource: "secrets", in: "default", may: "no", because: "it was not" },
    { verb: "list", resource: "secrets", in: "team", may: "no", because: "nobody needs it" },
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
      in: "team",
      may: "no",
      because: "those are of others",
    },
    {
      verb: "delete",
      resource: "releases.forge.dev",
      in: "team",
      may: "no",
      because: "it keeps them",
    },
  ])(
    "it may $verb $resource in $in: $may, because $because",
    async ({ verb, resource, in: where, may }) => {
      const place = where === "team" ? chart.team.namespace : where;
      const account = `system:serviceaccount:${namespace}:forge-controller`;
      const asked = ["-n", place, "auth", "can-i", verb, resource, "--as", account];
      expect((await chart.kubectl.run(asked)).stdout.trim()).toBe(may);
    },
  );

  test("helm test makes a release and tries a deployment", async () => {
    const hooks = objectsIn((await chart.helm("get", "hooks", release)).stdout);
    const pod = only(hooks, "Pod");
    const beside = hooks.filter((object) => object !== pod);
    await chart.kubectl.apply(namespace, ...beside);
    const spec = pod["spec"] as PodSpec;
    const kubeconfig = await chart.kubeconfigOf(spec.serviceAccountName);
    const manifests = only(hooks, "ConfigMap")["data"] as Record<string, string>;
    writeFileSync(join(chart.folder, "manifests.yaml"), manifests["manifests.yaml"] ?? "");
    const said: string[] = [];
    for (const { command, args } of [...(spec.initContainers ?? []), ...spec.containers]) {
      expect(command).toEqual(["forge"]);
      const here = args.map((arg) => arg.replace("/manifests/", `${chart.folder}/`));
      const done = await run(process.execPath, [
        programPath("forge"),
        ...here,
        `--kubeconfig=${kubeconfig}`,
      ]);
      expect(done).toMatchObject({ code: 0 });
      said.push(done.stdout + done.stderr);
    }
    expect(said).toHaveLength(2);
  });
});
