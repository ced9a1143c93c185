import type { Reconciler } from "../../../controller/index.ts";
import type { ReconcilerDeps } from "../ports.ts";
import type { PolicyState } from "./policies-in-force.ts";

/** The one key of its queue. */
export const policiesKey = { namespace: "", name: "policies" } as const;

/** Whether a collection may be read changes without an event. */
const againMs = 15_000;

/**
 * Reports a change of the policies in the log and as a metric, and has Environments and pointers
 * looked at again, which say so.
 *
 * @param changed is called after each change
 */
export function createPolicyWatchReconciler(
  deps: Pick<ReconcilerDeps, "policies" | "metrics" | "log">,
  changed: () => void,
): Reconciler {
  let known: PolicyState | undefined;
  return {
    reconcile: async () => {
      const state = deps.policies();
      if (known?.status !== state.status || known.message !== state.message) {
        const { status, reason, message } = state;
        deps.metrics.policies(status);
        if (status === "True") deps.log.info({ reason }, "admission policies are in force");
        else deps.log.warn({ status, reason, message }, "admission policies are not in force");
        known = state;
        changed();
      }
      return { type: "requeue", afterMs: againMs, why: "a right to read is lost without an event" };
    },
  };
}
