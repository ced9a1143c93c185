import type { Reconciler } from "../../../controller/index.ts";
import { isNotFound } from "../../../controller/kube/index.ts";
import type { ReleaseDeployment, ReleasePointer } from "../../api/index.ts";
import { replacedAt, runStart } from "../../query/index.ts";
import type { ReconcilerDeps } from "../ports.ts";
import { resources } from "../resources.ts";
import { isOurs, projectOf } from "../sharding.ts";
import { endRecord, recordsOf } from "./deployment-record.ts";
import { pruned } from "./history-limit.ts";
import { type EnvironmentLogs, rebuildHistory } from "./lost-history.ts";
import { measureRollback } from "./measured-deployment.ts";
import { endApprovals } from "./rolled-back-approvals.ts";

const defaultLimit = 50;

/**
 * Keeps the records of a pointer in order, behind the deployments themselves: ends those that a
 * later one took the place of, writes again what was lost, and drops what is beyond the limit.
 */
export function createDeploymentHistoryReconciler(
  deps: ReconcilerDeps,
  logs: EnvironmentLogs,
): Reconciler {
  return {
    reconcile: async ({ namespace, name }, { signal }) => {
      const pointer = deps.caches.pointers.get({ namespace, name });
      if (pointer === undefined || !isOurs(deps, projectOf(deps, pointer))) return { type: "done" };
      const records = recordsOf(deps, pointer);
      const current = records.find((record) => isCurrent(record, pointer));
      if (current === undefined) {
        await rebuildHistory(deps, logs, pointer, records, limitOf(deps, pointer), signal);
        return { type: "done" };
      }
      for (const record of records) await end(deps, record, records, current, signal);
      for (const record of pruned(records, current, limitOf(deps, pointer))) {
        await remove(deps, record, signal);
      }
      return { type: "done" };
    },
  };
}

function isCurrent({ metadata, status }: ReleaseDeployment, pointer: ReleasePointer): boolean {
  const { git } = pointer.status ?? {};
  return metadata.name === git?.deployment && status?.committedAt !== undefined;
}

/** One that ran ended when the next one was committed; one that never did, when it was passed by. */
async function end(
  deps: ReconcilerDeps,
  record: ReleaseDeployment,
  records: readonly ReleaseDeployment[],
  current: ReleaseDeployment,
  signal: AbortSignal,
): Promise<void> {
  const { outcome, endedAt, committedAt } = record.status ?? {};
  if (record.spec.sequence >= current.spec.sequence || endedAt !== undefined) return;
  if (outcome === "Failed") return;
  const next = records.find(
    ({ spec, status }) => spec.sequence > record.spec.sequence && status?.committedAt !== undefined,
  );
  const now = new Date(deps.clock.now());
  const ending = endingOf(committedAt !== undefined, next, now);
  if (ending.outcome === "RolledBack") {
    // Before the record ends: a controller that is killed in between comes back for them.
    await endApprovals(deps, record, (next && runStart(next, now)) ?? now, signal);
  }
  await endRecord(deps, record.metadata, ending, signal);
  if (ending.outcome === "RolledBack") measureRollback(deps, record, ending.endedAt);
}

function endingOf(
  isCommitted: boolean,
  next: ReleaseDeployment | undefined,
  now: Date,
): Parameters<typeof endRecord>[2] {
  const isRolledBack = isCommitted && next?.spec.request.type === "Rollback";
  return {
    outcome: isRolledBack ? "RolledBack" : "Superseded",
    endedAt: next?.status?.committedAt ?? now.toISOString(),
    countsUntil: ((next && replacedAt(next, now)) ?? now).toISOString(),
  };
}

function limitOf({ caches }: Pick<ReconcilerDeps, "caches">, pointer: ReleasePointer): number {
  const { namespace } = pointer.metadata;
  const environment = caches.environments.get({ namespace, name: pointer.spec.environment });
  return environment?.spec.revisionHistoryLimit ?? defaultLimit;
}

async function remove(
  { client }: Pick<ReconcilerDeps, "client">,
  { metadata }: ReleaseDeployment,
  signal: AbortSignal,
): Promise<void> {
  const { namespace, name, uid } = metadata;
  try {
    await client.delete(resources.deployments, { namespace, name }, { uid, signal });
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
}
