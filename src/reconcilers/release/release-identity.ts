import { createHash } from "node:crypto";
import { canonicalJson, type Release, type ReleaseSpec } from "../../api/index.ts";

/** What becomes of a Release whose triplet is looked at for the first time. */
export type IdentityPlan =
  | { readonly type: "fresh" }
  | { readonly type: "join"; readonly first: Release }
  | { readonly type: "conflict"; readonly first: Release }
  | { readonly type: "replace"; readonly failed: Release };

/**
 * Compares a Release with the others of its triplet that were numbered before it: the same
 * content joins, other content conflicts, and one that failed is replaced.
 *
 * @param others Releases of the same repository, project and commit, read live
 */
export function planIdentity(candidate: Release, others: readonly Release[]): IdentityPlan {
  const standing = others.filter(
    ({ metadata, status }) =>
      metadata.uid !== candidate.metadata.uid &&
      status?.number !== undefined &&
      !status.joined &&
      !status.conflictsWith &&
      // Replaced by this very candidate: the controller ended between the two writes.
      (!status.replacedBy || status.replacedBy === candidate.metadata.name),
  );
  const first = standing.find((release) => !hasFailed(release));
  if (first !== undefined) {
    return { type: isSameContent(first, candidate) ? "join" : "conflict", first };
  }
  const failed = standing[0];
  if (failed === undefined) return { type: "fresh" };
  return { type: "replace", failed };
}

function isSameContent(a: Release, b: Release): boolean {
  return contentDigest(a.spec) === contentDigest(b.spec);
}

/**
 * Whether nothing is left to decide: numbered for itself, or by the side of a Release of the same
 * commit that still stands. Should that one fail or be deleted, the decision falls again.
 *
 * @param find a Release of the same namespace by its name
 */
export function isPlaced(
  { metadata, spec, status }: Release,
  find: (name: string) => Release | undefined,
): boolean {
  const name = status?.joined ?? status?.conflictsWith;
  if (name === undefined) return status?.number !== undefined;
  const first = find(name);
  return (
    first !== undefined &&
    first.metadata.uid !== metadata.uid &&
    first.spec.commit === spec.commit &&
    // Another Release of that name, which came since, has no number yet.
    first.status?.number !== undefined &&
    (status?.number === undefined || status.number === first.status.number) &&
    first.status?.joined === undefined &&
    first.status?.replacedBy === undefined &&
    !hasFailed(first)
  );
}

/**
 * Failed for good in one of its steps; a number that was refused is no such failure, nor an image
 * that was there and was lost.
 */
export function hasFailed({ status }: Pick<Release, "status">): boolean {
  if (status?.image !== undefined) return false;
  const is = (type: string, value: string) =>
    status?.conditions?.some((c) => c.type === type && c.status === value) === true;
  const steps = ["SourceVerified", "Rendered", "Packaged"];
  return is("Stalled", "True") && steps.some((type) => is(type, "False"));
}

/** What must be equal for two Releases of one commit to be the same: source and artifacts. */
function contentDigest({ source, artifacts }: ReleaseSpec): string {
  const byName = artifacts.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return createHash("sha256")
    .update(canonicalJson({ source, artifacts: byName }))
    .digest("hex");
}
