import { setTimeout as sleep } from "node:timers/promises";
import type { Kubectl } from "../ground/index.ts";

const probe = "policy-probe";
const metadata = { name: "policy-probe", namespace: "default" };
const place = { repository: "probe/probe", project: "probe" };

const pointer = JSON.stringify({
  apiVersion: "forge.dev/v1alpha1",
  kind: "ReleasePointer",
  metadata,
  spec: { ...place, environment: "probe", release: "1" },
});

const release = JSON.stringify({
  apiVersion: "forge.dev/v1alpha1",
  kind: "Release",
  metadata,
  spec: {
    ...place,
    commit: "0".repeat(40),
    trigger: { type: "Manual" },
    source: { manifests: "probe" },
  },
});

/**
 * Waits until the API server judges by the admission policies: it takes them up some seconds
 * after they are applied, and until then lets everything pass.
 */
export async function waitForPolicies(kubectl: Kubectl): Promise<void> {
  await kubectl.output([
    "create",
    "clusterrolebinding",
    probe,
    "--clusterrole=forge-edit",
    `--user=${probe}`,
  ]);
  const create = ["create", "--dry-run=server", "-o", "jsonpath={.spec.trigger.actor}", "-f", "-"];
  const deadline = Date.now() + 30_000;
  for (;;) {
    const refused = await kubectl.run([...create, `--as=${probe}`], pointer);
    const stamped = await kubectl.run(create, release);
    if (refused.stderr.includes("may not deploy") && stamped.stdout === "admin") break;
    if (Date.now() > deadline) {
      throw new Error(`the policies are not in force: ${refused.stderr}${stamped.stderr}`);
    }
    await sleep(250);
  }
  await kubectl.output(["delete", "clusterrolebinding", probe]);
}
