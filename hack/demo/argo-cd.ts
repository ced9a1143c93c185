import { mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  argoCDNamespace,
  argoCDRepository,
  installArgoCD,
  startArgoCD,
  startPlugin,
} from "../../test/ground/index.ts";
import type { Narration } from "./narration.ts";
import { folder, type Parts } from "./parts.ts";
import type { Repositories } from "./repositories.ts";
import { root } from "./root.ts";
import type { Stage } from "./stage.ts";

const example = "examples/argocd/applicationset-plugin.yaml";

/** Starts Argo CD's controllers and repo-server, and beside it forge's plugin. */
export async function startDelivery(
  parts: Parts,
  narration: Narration,
  { gitOpsUrl }: Repositories,
): Promise<void> {
  narration.step("Start Argo CD, and forge's plugin beside its repo-server");
  await installArgoCD(parts.kubectl);
  const git = { type: "git", url: gitOpsUrl, ...parts.git.credentials };
  await parts.kubectl.apply(argoCDNamespace, argoCDRepository("gitops", git));
  // A socket's path has 107 bytes, and a checkout may lie deep.
  const short = mkdtempSync(join(tmpdir(), "fd-"));
  const options = { folder: short, kubeconfig: parts.kubeconfig, applicationSets: true };
  const argoCD = await startArgoCD(options);
  parts.add(argoCD.processes, short);
  const plugin = await startPlugin({
    socket: join(argoCD.pluginFolder, "forge-v1.sock"),
    registry: `${parts.registry.host}/releases`,
    logFile: join(folder, "forge-argocd-plugin.log"),
  });
  parts.add([plugin.process]);
  for (const { name, pid } of [...argoCD.processes, plugin.process]) {
    narration.found(name, `process ${pid}`);
  }
}

/** Has Argo CD follow production's pointers, as the example says. */
export async function followPointers(
  { kubectl }: Stage,
  narration: Narration,
  { gitOpsUrl }: Repositories,
): Promise<void> {
  narration.step("Argo CD follows the pointers of production");
  narration.command(`kubectl apply -f ${example}`);
  const text = readFileSync(join(root, example), "utf8");
  const here = text.replaceAll("https://git.example.com/company/gitops.git", gitOpsUrl);
  await kubectl.output(["apply", "-f", "-"], here);
}

/** Waits until Argo CD has synced a deployment of production, and shows what is in the cluster. */
export async function showDelivery(
  stage: Stage,
  narration: Narration,
  sequence: number,
  image: string,
): Promise<void> {
  await stage.waitForField("production", ".status.delivery.deployment", sequence);
  await stage.kubectl.output([
    ...["-n", "shop", "wait", "--for=jsonpath={.status.delivery.sync}=Synced"],
    ...["releasepointer", "production-auth-service", "--timeout=120s"],
  ]);
  narration.found("delivery", await stage.pointerField("production", ".status.delivery.sync"));
  const found = (path: string) =>
    stage.kubectl.field("auth-service", "deployment", "auth-service", path);
  const live = await found(".spec.template.spec.containers[0].image");
  const number = await found(".metadata.annotations.forge\\.dev/release-number");
  narration.command("kubectl -n auth-service get deployment auth-service");
  narration.found("live", `${live}, release ${number}`);
  if (!live.includes(image)) throw new Error(`${live} runs, not ${image}`);
}
