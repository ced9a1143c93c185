import type { ReleaseDeployment, ReleasePointer } from "../api/index.ts";

export type ReleaseIdentity = ReleaseDeployment["spec"]["release"];

/**
 * The release that a rollback goes to when nobody says which: that of the last deployment before,
 * in the same environment, which ran another image. What was itself rolled back from is passed by:
 * two rollbacks in a row go two releases back, and not to and fro.
 *
 * @param deployments records of the pointer, in any order
 */
export function rollbackTarget(
  pointer: Pick<ReleasePointer, "status">,
  deployments: readonly Pick<ReleaseDeployment, "spec" | "status">[],
): ReleaseIdentity | undefined {
  const { deployed, previous } = pointer.status ?? {};
  if (deployed === undefined) return undefined;
  const left = new Set(
    deployments
      .filter(({ status }) => status?.outcome === "RolledBack")
      .map(({ spec }) => spec.release.digest),
  );
  const before = deployments
    .filter(({ status }) => status?.committedAt !== undefined)
    .toSorted((a, b) => b.spec.sequence - a.spec.sequence)
    .map(({ spec }) => spec.release)
    .find(({ digest }) => digest !== deployed.digest && !left.has(digest));
  if (before !== undefined) return before;
  return previous && previous.digest !== deployed.digest && !left.has(previous.digest)
    ? previous
    : undefined;
}
