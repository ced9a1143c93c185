import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type ArgoCD,
  argoCDRepository,
  type Controller,
  commitFiles,
  type FaultProxy,
  installArgoCD,
  type Plugin,
  startArgoCD,
  startFaultProxy,
  startPlugin,
} from "../../ground/index.ts";
import { bindAgent } from "../ground/ground-addresses.ts";
import { Workspace } from "../ground/workspace.ts";

interface Delivery {
  readonly deployment: string;
  readonly sync: string;
  readonly health: string;
  readonly revision?: string;
  readonly message?: string;
}

/** From a Release to objects in the cluster, and back to the pointer's status. */
describe("delivery", () => {
  const workspace = new Workspace("delivery");
  const { kubectl } = workspace;
  const argoCDNamespace = `${workspace.namespace}-argocd`;
  let folder: string;
  let registry: FaultProxy;
  let argoCD: ArgoCD;
  let plugin: Plugin;
  let controller: Controller;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "fd-"));
    await workspace.create();
    registry = await startFaultProxy(`http://${workspace.ground.registry}`);
    await installArgoCD(kubectl, argoCDNamespace);
    const git = { type: "git", url: workspace.gitOpsUrl, ...workspace.ground.gitCredentials };
    await kubectl.apply(argoCDNamespace, argoCDRepository(workspace.namespace, git));
    await bindAgent(kubectl, argoCDNamespace, "argocd");
    // Argo CD itself looks at Git every ten minutes: what is quicker, forge asked for.
    argoCD = await startArgoCD({
      folder,
      kubeconfig: workspace.ground.kubeconfig,
      namespace: argoCDNamespace,
      resyncSeconds: 600,
    });
    plugin = await startPlugin({
      socket: join(argoCD.pluginFolder, "forge-v1.sock"),
      registry: `${registry.host}/releases`,
      logFile: join(workspace.ground.folder, `${workspace.namespace}-plugin.log`),
      args: ["--timeout=3s"],
    });
    controller = await workspace.controller({
      registry: registry.host,
      args: [`--argocd-namespace=${argoCDNamespace}`],
    });
    await workspace.apply(
      workspace.environment("production", { autoDeploy: false }),
      workspace.release("one", "1"),
      workspace.release("two", "2"),
      workspace.release("three", "3"),
      workspace.release("four", "4"),
    );
    for (const name of ["one", "two", "three", "four"]) {
      await workspace.waitFor("Ready", "release", name);
    }
  });

  afterAll(async () => {
    await controller?.process.stop();
    await plugin?.process.stop();
    await argoCD?.stop();
    await registry?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const application = () => ({
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Application",
    metadata: {
      name: workspace.namespace,
      annotations: { "argocd.argoproj.io/manifest-generate-paths": "." },
    },
    spec: {
      project: "default",
      source: {
        repoURL: workspace.gitOpsUrl,
        targetRevision: "main",
        path: `production/apps/${workspace.repository}/auth`,
        plugin: { name: "forge-v1" },
      },
      destination: { server: "https://kubernetes.default.svc", namespace: workspace.namespace },
      syncPolicy: { automated: { prune: true, selfHeal: true } },
    },
  });

  async function delivery(): Promise<Delivery | undefined> {
    const { status } = await workspace.get("releasepointer", "production-auth");
    return (status as unknown as { delivery?: Delivery }).delivery;
  }

  async function deploy(commit: string): Promise<{ name: string; revision: string }> {
    await workspace.apply(workspace.pointer("production", commit.padEnd(40, "0")));
    const { status } = await workspace.waitFor("Ready", "releasepointer", "production-auth");
    return { name: status.deployment?.name ?? "", revision: status.git?.commit ?? "" };
  }

  const isHealthy = (sequence: number) => ({
    deployment: expect.stringMatching(new RegExp(`-${sequence}$`)),
    sync: "Synced",
    health: "Healthy",
  });
  const within = { timeout: 40_000, interval: 300 };

  test("a pointer without an Application says nothing of delivery", async () => {
    await deploy("1");
    expect(await delivery()).toBeUndefined();
  });

  test("its Application's health arrives", async () => {
    await kubectl.apply(argoCDNamespace, application());
    await expect.poll(delivery, within).toMatchObject(isHealthy(1));
  });

  test("the next deployment is looked at because forge asks for it", async () => {
    const { revision } = await deploy("2");
    await expect.poll(delivery, within).toMatchObject({ ...isHealthy(2), revision });
    const found = await kubectl.field(workspace.namespace, "configmap", "settings", ".data.commit");
    expect(found).toBe("2");
  });

  test("a later commit of others still carries the deployment", async () => {
    const revision = await commitFiles(workspace.gitOpsFolder, "main", "Others", { "a.md": "x" });
    await kubectl.output([
      ...["-n", argoCDNamespace, "annotate", "application", workspace.namespace],
      "argocd.argoproj.io/refresh=normal",
    ]);
    await expect.poll(delivery, within).toMatchObject({ ...isHealthy(2), revision });
  });

  test("an error that Argo CD would keep for an hour is forgotten once the registry is back", async () => {
    registry.judge = ({ path }) =>
      path.includes("/auth/") ? { type: "refuse", status: 503 } : { type: "pass" };
    await deploy("3");
    await expect
      .poll(async () => (await delivery())?.message, within)
      .toMatch(/forge: Registry(Unreachable|Refused): /);
    registry.judge = () => ({ type: "pass" });
    // Asked to forget at once, and again a minute later.
    await expect.poll(delivery, { timeout: 90_000, interval: 500 }).toMatchObject(isHealthy(3));
  });

  test("without the Application the pointer says that its health is unknown", async () => {
    await kubectl.output(["-n", argoCDNamespace, "delete", "application", workspace.namespace]);
    await expect.poll(delivery, within).toMatchObject({ sync: "Unknown", health: "Unknown" });
  });
});
