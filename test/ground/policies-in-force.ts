import { setTimeout as sleep } from "node:timers/promises";
import type { Kubectl } from "./command.ts";

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
  await until(async () => {
    const refused = await kubectl.run([...create, `--as=${probe}`], pointer);
    const stamped = await kubectl.run(create, release);
    return refused.stderr.includes("may not deploy") && stamped.stdout === "admin"
      ? undefined
      : refused.stderr + stamped.stderr;
  });
  await kubectl.output(["delete", "clusterrolebinding", probe]);
}

/** Waits until the policies that check names are in force, and those that stamp them are not. */
export async function refusesLies(kubectl: Kubectl): Promise<void> {
  await until(async () => {
    const { stderr } = await kubectl.run(create, release);
    return stderr.includes("spec.trigger.actor names") ? undefined : stderr;
  });
}

const create = ["create", "--dry-run=server", "-o", "jsonpath={.spec.trigger.actor}", "-f", "-"];

async function until(attempt: () => Promise<string | undefined>): Promise<void> {
  const deadline = Date.now() + 30_000;
  for (;;) {
    const failure = await attempt();
    if (failure === undefined) return;
    if (Date.now() > deadline) throw new Error(`the policies are not in force: ${failure}`);
    await sleep(250);
  }
}
