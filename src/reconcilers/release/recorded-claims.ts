import { type Alias, type Claim, ForgeError, type Release } from "../../api/index.ts";
import { aliasesByClaims } from "../../triggers/index.ts";
import type { ReconcilerDeps } from "../ports.ts";
import { isUnverified } from "./claims.ts";
import { verifyTriggers } from "./release-source.ts";

/** The claims that an older version took over without verifying them, verified now. */
export interface RecordedClaims {
  readonly verified: readonly Claim[];
  readonly false: readonly Claim[];
}

/**
 * Verifies the claims that an older version took over from other Releases.
 * @throws ForgeError SourceNotAllowed, and those of git
 */
export async function verifyRecorded(
  deps: Pick<ReconcilerDeps, "client" | "caches" | "network" | "settings">,
  release: Release,
  signal: AbortSignal,
): Promise<RecordedClaims> {
  const claims = (release.status?.triggers ?? []).filter((claim) => isUnverified(release, claim));
  if (claims.length === 0) return { verified: [], false: [] };
  const found = await verifyTriggers(deps, release, claims, signal);
  const verified = claims.flatMap((claim, index) => {
    const verification = found[index];
    if (verification === undefined || verification instanceof ForgeError) return [];
    return [{ ...claim, verification: verification.reason }];
  });
  return { verified, false: claims.filter((_, index) => found[index] instanceof ForgeError) };
}

/** The aliases of a release without those that rest on false claims alone. */
export function withoutFalse(
  release: Release,
  number: number,
  recorded: RecordedClaims,
  due: readonly Claim[],
): Alias[] {
  const ofFalse = aliasesByClaims(release, number, recorded.false);
  const ofDue = aliasesByClaims(release, number, due);
  return (release.status?.aliases ?? []).filter(
    ({ type, value }) => type === "Custom" || !ofFalse.has(value) || ofDue.has(value),
  );
}
