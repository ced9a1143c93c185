import { installKinds } from "../../test/ground/index.ts";
import { startDelivery } from "./argo-cd.ts";
import type { Narration } from "./narration.ts";
import type { Parts } from "./parts.ts";
import { createRepositories, type Repositories } from "./repositories.ts";

/** Makes the repositories, installs forge's kinds and starts its controller. */
export async function prepare(parts: Parts, narration: Narration): Promise<Repositories> {
  narration.step("Make a repository with two projects, and an empty GitOps repository");
  const repositories = await createRepositories(parts);
  narration.found("source", repositories.sourceUrl);
  narration.found("GitOps", repositories.gitOpsUrl);

  if (parts.withArgoCD) await startDelivery(parts, narration, repositories);

  narration.step("Install forge's kinds, and start forge-controller");
  narration.command("kubectl apply -f crds/");
  await installKinds(parts.kubectl);
  await parts.startController();
  narration.found("controller", `process ${parts.processes.at(-1)?.pid}`);
  return repositories;
}
