import type { ReleaseDeployment } from "../../api/index.ts";

/** More at once would hold up other pointers; the next look takes the rest. */
const atOnce = 50;

/**
 * The records beyond the limit, the oldest first. Never the current one, what is not over, and the
 * last one before it that ran another image: where a rollback goes.
 *
 * @param records of one pointer, in order
 */
export function pruned(
  records: readonly ReleaseDeployment[],
  current: ReleaseDeployment,
  limit: number,
): ReleaseDeployment[] {
  const target = records.findLast(
    ({ spec, status }) =>
      spec.sequence < current.spec.sequence &&
      status?.committedAt !== undefined &&
      spec.release.digest !== current.spec.release.digest,
  );
  return records
    .slice(0, Math.max(0, records.length - limit))
    .filter((record) => record !== target && record.spec.sequence < current.spec.sequence)
    .slice(0, atOnce);
}
