import { expect, test } from "vitest";
import type { ReconcilerDeps } from "../ports.ts";
import type { PolicyState } from "./policies-in-force.ts";
import { createPolicyWatchReconciler, policiesKey } from "./policy-watch.ts";

const state = (status: PolicyState["status"], message = ""): PolicyState => ({
  ...{ type: "PoliciesEnforced", status, reason: "X", message },
});

test("a change is logged, measured and told once", async () => {
  let now = state("True");
  const happened: string[] = [];
  const deps = {
    policies: () => now,
    metrics: { policies: (status: string) => happened.push(`metric ${status}`) },
    log: {
      info: () => happened.push("info"),
      warn: ({ status }: { status: string }) => happened.push(`warn ${status}`),
    },
  } as unknown as ReconcilerDeps;
  const reconciler = createPolicyWatchReconciler(deps, () => happened.push("changed"));
  const reconcile = async () =>
    reconciler.reconcile(policiesKey, {} as Parameters<typeof reconciler.reconcile>[1]);
  await reconcile();
  expect(await reconcile()).toMatchObject({ type: "requeue" });
  now = state("False", "deploy.forge.dev is not installed");
  await reconcile();
  now = state("Unknown");
  await reconcile();
  await reconcile();
  expect(happened).toEqual([
    ...["metric True", "info", "changed"],
    ...["metric False", "warn False", "changed"],
    ...["metric Unknown", "warn Unknown", "changed"],
  ]);
});
