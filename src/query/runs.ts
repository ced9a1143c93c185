import type { PointerDelivery, ReleaseDeployment, ReleasePointer } from "../api/index.ts";
import type { Run } from "../policy/index.ts";

/**
 * What ran where and when, from the records of a project's deployments: from the push of its commit
 * to that of the next one in the same environment. Whatever never reached Git never ran.
 *
 * @param pointers of the same project: what is said of the health of what runs now
 */
export function runsOf(
  deployments: readonly Pick<ReleaseDeployment, "metadata" | "spec" | "status">[],
  pointers: readonly Pick<ReleasePointer, "spec" | "status">[] = [],
): readonly Run[] {
  const deliveries = new Map(
    pointers.flatMap(({ status }) =>
      status?.delivery === undefined ? [] : [[status.delivery.deployment, status.delivery]],
    ),
  );
  const committed = deployments
    .flatMap(({ metadata, spec, status }) =>
      status?.committedAt === undefined
        ? []
        : [{ name: metadata.name, spec, from: status.committedAt, endedAt: status.endedAt }],
    )
    .toSorted((a, b) => a.spec.sequence - b.spec.sequence);
  /** By environment, the beginning of the run behind, going from the last one back. */
  const next = new Map<string, string>();
  const runs = committed.toReversed().map(({ name, spec, from, endedAt }): Run => {
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
      ...healthOf(deliveries.get(name)),
    };
  });
  return runs.toReversed();
}

function healthOf(delivery: PointerDelivery | undefined): Pick<Run, "health"> {
  if (delivery === undefined) return {};
  const { healthySince } = delivery;
  return {
    health: healthySince === undefined ? {} : { healthySince: new Date(healthySince) },
  };
}
