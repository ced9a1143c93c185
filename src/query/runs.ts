import type { PointerDelivery, ReleaseDeployment, ReleasePointer } from "../api/index.ts";
import type { Run } from "../policy/index.ts";
import { earlier, later, replacedAt, runStart } from "./run-bounds.ts";

type RecordOfRun = Pick<ReleaseDeployment, "metadata" | "spec" | "status">;

interface Successor {
  readonly from: Date;
  readonly replacedAt: Date;
  readonly isRollback: boolean;
}

interface Deliveries {
  /** Latest report of a pointer, by the deployment that it is about. */
  readonly byDeployment: ReadonlyMap<string, PointerDelivery>;
  /** Environments where health was reported at least once, by a pointer or in a record. */
  readonly environments: ReadonlySet<string>;
}

/**
 * The runs of a project's images, from the records of its deployments: each from its commit to that
 * of the next one in the same environment. A deployment that never reached Git never ran.
 *
 * @param pointers of the same project
 */
export function runsOf(
  deployments: readonly RecordOfRun[],
  pointers: readonly Pick<ReleasePointer, "spec" | "status">[],
  now: Date,
): readonly Run[] {
  const deliveries = deliveriesOf(deployments, pointers);
  /** By environment, the deployment behind, which replaced this one; from the last to the first. */
  const successors = new Map<string, Successor>();
  return deployments
    .toSorted((a, b) => b.spec.sequence - a.spec.sequence)
    .flatMap((record): Run[] => {
      const from = runStart(record, now);
      if (from === undefined) return [];
      const { environment, release, request } = record.spec;
      const successor = successors.get(environment);
      successors.set(environment, {
        from,
        replacedAt: replacedAt(record, now) ?? from,
        isRollback: request?.type === "Rollback",
      });
      // A record without an end whose successor is committed is about to be ended.
      const end = recordedEnd(record, now);
      const until = earlier(end, successor?.replacedAt);
      const isRolledBack =
        record.status?.outcome === "RolledBack" || successor?.isRollback === true;
      return [
        {
          environment,
          digest: release.digest,
          number: release.number,
          from,
          ...(until !== undefined && { until }),
          ...(isRolledBack && { rolledBackAt: later(successor?.from, end ?? from) }),
          ...healthOf(record, deliveries, until === undefined),
        },
      ];
    })
    .toReversed();
}

function recordedEnd({ status }: RecordOfRun, now: Date): Date | undefined {
  const { countsUntil, endedAt } = status ?? {};
  const end = countsUntil ?? endedAt;
  // A record from before countsUntil has the time of a commit, which may lie in the future.
  return end === undefined ? undefined : earlier(new Date(end), now);
}

/** A record keeps its report when the pointer is deleted, and the report with it. */
function deliveriesOf(
  deployments: readonly RecordOfRun[],
  pointers: readonly Pick<ReleasePointer, "spec" | "status">[],
): Deliveries {
  const reported = pointers.flatMap(({ spec, status }) =>
    status?.delivery === undefined ? [] : [{ spec, delivery: status.delivery }],
  );
  const recorded = deployments.filter(({ status }) => status?.health !== undefined);
  return {
    byDeployment: new Map(reported.map(({ delivery }) => [delivery.deployment, delivery])),
    environments: new Set(
      [...reported, ...recorded].map(({ spec: { environment } }) => environment),
    ),
  };
}

/**
 * The record keeps the health of a run, and the pointer has the latest report of the current one:
 * both must agree that it is healthy. Where health was reported of any deployment in the environment,
 * a run without a report is not healthy.
 */
function healthOf(
  { metadata, spec, status }: RecordOfRun,
  { byDeployment, environments }: Deliveries,
  isCurrent: boolean,
): Pick<Run, "health"> {
  const delivery = byDeployment.get(metadata.name);
  const reports = [status?.health, delivery].filter((report) => report !== undefined);
  if (reports.length === 0) return environments.has(spec.environment) ? { health: {} } : {};
  // Without its pointer nothing updates the record of a current run.
  if (isCurrent && delivery === undefined) return { health: {} };
  const times = reports.flatMap(({ healthySince }) => healthySince ?? []);
  if (times.length < reports.length) return { health: {} };
  return { health: { healthySince: new Date(Math.max(...times.map((time) => Date.parse(time)))) } };
}
