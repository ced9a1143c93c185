import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Kubectl } from "./command.ts";

const crds = join(import.meta.dirname, "..", "..", "crds");

const probe = {
  apiVersion: "forge.dev/v1alpha1",
  kind: "Environment",
  metadata: { name: "probe" },
  spec: { gitOps: { url: "https://git.example.com/gitops.git" } },
};

/**
 * Installs forge's kinds, policies and roles, and waits until the API server serves them: its
 * admission policies take a moment to know kinds that are new to it, and answer 503 until then.
 */
export async function installKinds(kubectl: Kubectl): Promise<void> {
  await kubectl.output(["apply", "-f", crds]);
  await kubectl.output(["wait", "--for=condition=Established", "crd", "--all", "--timeout=60s"]);
  const deadline = Date.now() + 60_000;
  for (;;) {
    const args = ["-n", "default", "apply", "--dry-run=server", "-f", "-"];
    const answer = await kubectl.run(args, JSON.stringify(probe));
    if (answer.code === 0) return;
    if (Date.now() > deadline) throw new Error(answer.stderr);
    await sleep(250);
  }
}
