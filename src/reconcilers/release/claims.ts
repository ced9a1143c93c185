/**
 * The list of claims that a release keeps. A claim enters it with its verification, from the
 * condition of the Release that made it, and on no other path.
 */
import type { Claim, Release } from "../../api/index.ts";
import { claimsOf, isSameClaim, isVerified, ownClaim } from "../../triggers/index.ts";
import { limits, withinBytes } from "../bounded-status.ts";

/** Claims of other Releases of the commit, as far as each was verified. */
export function contributedClaims(
  release: Release,
  sameCommit: readonly Release[],
): { readonly release: Release; readonly claim: Claim }[] {
  return sameCommit.flatMap((other) => {
    const claim = ownClaim(other);
    if (claim === undefined || !contributes(other, release, claim)) return [];
    return [{ release: other, claim }];
  });
}

/**
 * A claim goes over between Releases of one number: to the one that was joined, or that replaced a
 * failed one. A verified claim speaks of the commit, and goes to a Release that is read from it
 * alone; of a failed one, whose content may have been another, no other claim goes over.
 */
function contributes(
  { status }: Release,
  { metadata, ...release }: Release,
  claim: Claim,
): boolean {
  if (status?.number === undefined || status.number !== release.status?.number) return false;
  if (isVerified(claim) && release.spec.source.git === undefined) return false;
  return (
    status.joined === metadata.name || (status.replacedBy === metadata.name && isVerified(claim))
  );
}

/** The claims with another one; a verified one takes the place of the same claim unverified. */
export function withClaim(claims: readonly Claim[], added: Claim): Claim[] {
  const index = claims.findIndex((claim) => isSameClaim(claim, added));
  const known = claims[index];
  if (known === undefined) return [...claims, added];
  return isVerified(known) || !isVerified(added) ? [...claims] : claims.with(index, added);
}

/**
 * The claims that fit into a status, the first one in any case. Verified ones go before the others,
 * so that claims which nobody can verify never take their room.
 */
export function boundedClaims(claims: readonly Claim[]): Claim[] {
  const kept = withinBytes(claims, limits.triggerBytes);
  if (kept.length === claims.length) return kept;
  const [own, ...others] = claims;
  const verifiedFirst = others.toSorted((a, b) => Number(isVerified(b)) - Number(isVerified(a)));
  return withinBytes(own === undefined ? [] : [own, ...verifiedFirst], limits.triggerBytes);
}

/** The claims that a release should list: those it has, its own, and those of its commit's others. */
export function dueClaims(
  release: Release,
  own: Claim | undefined,
  contributed: readonly Claim[],
): Claim[] {
  const kept = (release.status?.triggers ?? []).filter((claim) => !isUnverified(release, claim));
  const counted = claimsOf({ spec: release.spec, status: { ...release.status, triggers: kept } });
  const all = [...(own === undefined ? [] : [own]), ...contributed].reduce(withClaim, counted);
  return boundedClaims(all);
}

/** A claim that an older version took over from another Release, and nobody ever verified. */
export function isUnverified({ spec }: Pick<Release, "spec">, claim: Claim): boolean {
  return (
    claim.verification === undefined &&
    spec.source.git !== undefined &&
    !isSameClaim(claim, spec.trigger)
  );
}
