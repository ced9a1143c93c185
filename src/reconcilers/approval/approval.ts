import type { Reconciler } from "../../../controller/index.ts";
import { type Environment, type ReleaseApproval, releaseApprovalKind } from "../../api/index.ts";
import { namesPresent, rulesOf } from "../../policy/index.ts";
import type { ReconcilerDeps } from "../ports.ts";
import { readLive } from "../read-live.ts";
import { resources } from "../resources.ts";
import { isOurs, projectOf } from "../sharding.ts";
import { writeStatus } from "../status.ts";

const fieldManager = "forge-controller";

/**
 * Binds an approval, once, to the rules under which it was given: those of the generation of the
 * Environment that its author saw, else of the one that the controller sees first. Where that
 * generation is gone, its rules are unknown, and the approval must be given again.
 */
export function createApprovalReconciler(deps: ReconcilerDeps): Reconciler {
  return {
    reconcile: async (key, { signal }) => {
      const approval = deps.caches.approvals.get(key);
      if (approval === undefined || !isBindable(approval)) return { type: "done" };
      const { release } = approval.spec;
      if (!isOurs(deps, projectOf(deps, { metadata: approval.metadata, spec: release }))) {
        return { type: "done" };
      }
      // Past the cache, which may lag behind the Environment that the author saw.
      const named = { namespace: key.namespace, name: approval.spec.environment };
      const environment = await readLive<Environment>(deps, resources.environments, named, signal);
      if (environment === undefined) return { type: "done" };
      const { generation } = approval.metadata;
      const fields = { observedGeneration: generation, policy: boundPolicy(approval, environment) };
      await writeStatus(deps, releaseApprovalKind, approval, fieldManager, fields, signal);
      return { type: "done" };
    },
  };
}

/** A rejection binds under any rules, and a revoked approval under none. */
function isBindable({ metadata, spec, status }: ReleaseApproval): boolean {
  const isGone = metadata.deletionTimestamp !== undefined;
  return spec.decision === "Approve" && !spec.revoked && !status?.policy && !isGone;
}

function boundPolicy(
  { metadata, spec }: ReleaseApproval,
  environment: Environment,
): NonNullable<ReleaseApproval["status"]>["policy"] {
  const { environmentGeneration: seen } = spec;
  const rules = rulesOf(environment);
  if (seen === undefined) return { generation: environment.metadata.generation, rules };
  return { generation: seen, ...(namesPresent({ metadata, spec }, environment) && { rules }) };
}
