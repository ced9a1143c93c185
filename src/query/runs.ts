import type { ReleaseDeployment } from "../api/index.ts";
import type { Run } from "../policy/index.ts";

/**
 * What ran where and when, from the records of a project's deployments: from the push of its commit
 * to that of the next one in the same environment. Whatever never reached Git never ran.
 */
export function runsOf(
  deployments: readonly Pick<ReleaseDeployment, "spec" | "status">[],
): readonly Run[] {
  const committed = deployments
    .flatMap(({ spec, status }) =>
      status?.committedAt === undefined
        ? []
        : [{ spec, from: status.committedAt, endedAt: status.endedAt }],
    )
    .toSorted((a, b) => a.spec.sequence - b.spec.sequence);
  /** By environment, the beginning of the run behind, going from the last one back. */
  const next = new Map<string, string>();
  const runs = committed.toReversed().map(({ spec, from, endedAt }): Run => {
    const { environment, release } = spec;
    // A record that still says active while a later one does too is about to be ended.
    const until = endedAt ?? next.get(environment);
    next.set(environment, from);
    return {
      environment,
      digest: release.digest,
      number: release.number,
      from: new Date(from),
      ...(until !== undefined && { until: new Date(until) }),
    };
  });
  return runs.toReversed();
}
