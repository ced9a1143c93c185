import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Narration } from "./narration.ts";
import { type Parts, root } from "./parts.ts";
import { createRepositories, type Repositories } from "./repositories.ts";

/** Makes the repositories, installs forge's kinds and starts its controller. */
export async function prepare(parts: Parts, narration: Narration): Promise<Repositories> {
  narration.step("Make a repository with two projects, and an empty GitOps repository");
  const repositories = await createRepositories(parts);
  narration.found("source", repositories.sourceUrl);
  narration.found("GitOps", repositories.gitOpsUrl);

  narration.step("Install forge's kinds, and start forge-controller");
  narration.command("kubectl apply -f crds/");
  await parts.kubectl.output(["apply", "-f", join(root, "crds")]);
  await parts.kubectl.output([
    "wait",
    "--for=condition=Established",
    "crd",
    "--all",
    "--timeout=60s",
  ]);
  await waitForKinds(parts);
  await parts.startController();
  narration.found("controller", `process ${parts.processes.at(-1)?.pid}`);
  return repositories;
}

/** An API server takes a moment until its admission policies know kinds that are new to it. */
async function waitForKinds({ kubectl }: Parts): Promise<void> {
  const environment = {
    apiVersion: "forge.dev/v1alpha1",
    kind: "Environment",
    metadata: { name: "probe" },
    spec: { gitOps: { url: "https://git.example.com/gitops.git" } },
  };
  const deadline = Date.now() + 60_000;
  for (;;) {
    const args = ["-n", "default", "apply", "--dry-run=server", "-f", "-"];
    const answer = await kubectl.run(args, JSON.stringify(environment));
    if (answer.code === 0) return;
    if (Date.now() > deadline) throw new Error(answer.stderr);
    await sleep(250);
  }
}
