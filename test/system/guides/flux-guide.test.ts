import { chmodSync, cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { locateTool, requireTool } from "../../../tools/locate.ts";
import {
  type Controller,
  commitFiles,
  fluxNamespace,
  installFlux,
  output,
  type RunningProcess,
  run,
  type SourceController,
  startKustomizeController,
  startSourceController,
} from "../../ground/index.ts";
import { bindAgent } from "../ground/ground-addresses.ts";
import { Workspace } from "../ground/workspace.ts";
import { FluxSources } from "./flux-sources.ts";

const root = join(import.meta.dirname, "..", "..", "..");
const guide = readFileSync(join(root, "docs", "flux.md"), "utf8");
const commands = [...guide.matchAll(/^```console\n([\s\S]*?)^```/gm)].flatMap(([, block = ""]) =>
  block.trim().split("\n"),
);

const labels = { app: "web" };
const deployment = {
  apiVersion: "apps/v1",
  kind: "Deployment",
  metadata: { name: "web" },
  spec: {
    selector: { matchLabels: labels },
    template: {
      metadata: { labels },
      spec: { containers: [{ name: "web", image: "registry.example.com/web:1" }] },
    },
  },
};
const notReady = {
  observedGeneration: 1,
  conditions: [
    { type: "Progressing", status: "False", reason: "ProgressDeadlineExceeded", message: "late" },
  ],
};

/** docs/flux.md on Flux's kustomize-controller and a double of its source-controller. */
describe("Flux", () => {
  const workspace = new Workspace("flux");
  const { kubectl, ground } = workspace;
  const project = workspace.namespace;
  const folder = join(ground.folder, `${workspace.namespace}-guide`);
  /** source-controller cannot be built from published modules: the double, unless one is given. */
  const double = new FluxSources(ground.kubeconfig, workspace.gitOpsFolder);
  let sourceController: SourceController | undefined;
  const startSources = async () => {
    if (locateTool("source-controller") === undefined) return double.start();
    sourceController = await startSourceController({ kubeconfig: ground.kubeconfig, folder });
  };
  /** Commits that were fetched from Git so far. */
  const fetchedCommits = () => sourceController?.storedCommits() ?? double.looks;
  let flux: RunningProcess;
  let controller: Controller;

  const startController = () =>
    workspace.controller({ args: [`--flux-namespace=${fluxNamespace}`] });

  beforeAll(async () => {
    await workspace.create();
    const url = "https://git.example.com/company/gitops.git";
    cpSync(join(root, "examples"), join(folder, "examples"), { recursive: true });
    const example = join(folder, "examples", "flux", "gitops.yaml");
    const text = readFileSync(example, "utf8");
    writeFileSync(example, text.replace(url, workspace.gitOpsUrl));
    // The tests' registry has no TLS.
    const follow = join(folder, "examples", "flux", "pointer", "pinned", "follow.yaml");
    const digest = "  ref: {digest: digest}\n";
    writeFileSync(
      follow,
      readFileSync(follow, "utf8").replace(digest, `${digest}  insecure: true\n`),
    );
    const program = `#!/bin/sh\nexec "${requireTool("kubectl")}" --kubeconfig "${ground.kubeconfig}" "$@"\n`;
    mkdirSync(join(folder, "bin"));
    writeFileSync(join(folder, "bin", "kubectl"), program);
    chmodSync(join(folder, "bin", "kubectl"), 0o755);
    await output("git", ["clone", "--quiet", workspace.gitOpsFolder, join(folder, "gitops")]);
    await workspace.apply(
      workspace.environment("production", { autoDeploy: false }),
      ...["1", "2"].map((commit) => workspace.release(`r${commit}`, commit, { project })),
      workspace.release("r3", "3", { project, source: { manifests: JSON.stringify(deployment) } }),
    );
  });

  afterAll(async () => {
    await controller?.process.stop();
    await flux?.stop();
    await sourceController?.process.stop();
    await double.stop();
  });

  /** A command of the guide, with the names of this test. */
  async function type(command: string): Promise<void> {
    const here = command
      .replaceAll("company/monorepo", workspace.repository)
      .replaceAll("auth-service", project)
      .replace("kubectl wait", `kubectl -n ${workspace.namespace} wait`);
    const identity = { GIT_AUTHOR_NAME: "A", GIT_AUTHOR_EMAIL: "a@example.com" };
    const result = await run("bash", ["--norc", "-euo", "pipefail", "-c", here], {
      cwd: folder,
      env: {
        ...identity,
        GIT_COMMITTER_NAME: "A",
        GIT_COMMITTER_EMAIL: "a@example.com",
        PATH: `${join(folder, "bin")}:${process.env["PATH"]}`,
      },
    });
    expect({ command, ...result }).toEqual({ command, ...result, code: 0 });
  }

  const pointer = `production-${project}`;
  const delivery = async () => {
    const { status } = await workspace.get("releasepointer", pointer);
    return (status as { delivery?: object }).delivery;
  };

  async function deploy(commit: string): Promise<string> {
    await workspace.apply({
      ...workspace.pointer("production", commit.padEnd(40, "0"), { project }),
      metadata: { name: pointer },
    });
    const { status } = await workspace.waitFor("Ready", "releasepointer", pointer);
    return status.git?.commit ?? "";
  }

  const live = () => kubectl.field(project, "configmap", "settings", ".data.commit");
  const isHealthy = (sequence: number) => ({
    deployment: expect.stringMatching(new RegExp(`-${sequence}$`)),
    application: `${fluxNamespace}/production.${project}`,
    sync: "Synced",
    health: "Healthy",
    revision: expect.stringMatching(/^sha256:/),
  });
  const within = { timeout: 40_000, interval: 300 };

  test("forge works where Flux is not", async () => {
    controller = await startController();
    await deploy("1");
    expect(await delivery()).toBeUndefined();
    expect(workspace.log()).toContain("may not be read: taken as absent");
    await controller.process.stop();
  });

  test("the guide, command by command", async () => {
    await installFlux(kubectl);
    await kubectl.apply(fluxNamespace, {
      ...{ apiVersion: "v1", kind: "Secret", metadata: { name: "git-credentials" } },
      stringData: ground.gitCredentials,
    });
    await bindAgent(kubectl, fluxNamespace, "flux");
    controller = await startController();
    // Of a project that nobody lets Flux follow.
    const alone = readFileSync(join(root, "examples", "forge", "pointer.yaml"), "utf8");
    const annotated = alone.replace("metadata:", "metadata:\n  annotations: {a: b}");
    await commitFiles(workspace.gitOpsFolder, "main", "Alone", {
      "production/apps/company/other/alone/release.yaml": annotated,
    });
    await startSources();
    flux = await startKustomizeController({ kubeconfig: ground.kubeconfig, folder });
    for (const command of commands) await type(command);
    expect(await live()).toBe("1");
    expect(await delivery()).toMatchObject(isHealthy(1));
    const own = await kubectl.run(["-n", fluxNamespace, "get", "releasepointers", "-o", "name"]);
    expect(own.stdout).toBe("");
  });

  test("the next deployment is looked at because forge asks for it, once", async () => {
    const before = fetchedCommits();
    const commit = await deploy("2");
    await expect.poll(delivery, within).toMatchObject(isHealthy(2));
    expect(await live()).toBe("2");
    expect(fetchedCommits()).toBe(before + 1);
    const annotation = ".metadata.annotations.reconcile\\.fluxcd\\.io/requestedAt";
    expect(await kubectl.field(fluxNamespace, "gitrepository", "gitops", annotation)).toBe(commit);
  });

  test("a rollback comes back from the cluster too", async () => {
    await deploy("1");
    await expect.poll(delivery, within).toMatchObject(isHealthy(3));
    expect(await live()).toBe("1");
  });

  test("what does not become healthy is told, and so is the way back", async () => {
    await deploy("3");
    const exists = () => kubectl.run(["-n", project, "get", "deployment", "web"]);
    await expect.poll(async () => (await exists()).code, within).toBe(0);
    await expect.poll(delivery, within).toMatchObject({ health: "Progressing" });
    // There is no kube-controller-manager, which would say so ten minutes later.
    const patch = JSON.stringify({ status: notReady });
    await kubectl.output([
      ...["-n", project, "patch", "deployment", "web", "--subresource=status"],
      ...["--type=merge", "-p", patch],
    ]);
    await expect.poll(delivery, within).toMatchObject({
      sync: "Synced",
      health: "Degraded",
      message: expect.stringContaining("web"),
    });
    await deploy("2");
    await expect.poll(delivery, within).toMatchObject(isHealthy(5));
    expect(await delivery()).not.toHaveProperty("message");
    expect((await exists()).code).not.toBe(0);
  });

  test("without the Kustomization the pointer says that its health is unknown", async () => {
    const args = ["delete", "kustomization.kustomize.toolkit.fluxcd.io", `production.${project}`];
    await kubectl.output(["-n", fluxNamespace, ...args]);
    await expect.poll(delivery, within).toMatchObject({ sync: "Unknown", health: "Unknown" });
  });
});
