import { type Alias, type Claim, ForgeError, type Release } from "../../api/index.ts";
import { aliasesOf } from "../../triggers/index.ts";
import type { ReconcilerDeps } from "../ports.ts";
import { isUnverified } from "./claims.ts";
import { verifyTriggers } from "./release-source.ts";

/** What became of the claims that an older version took over without verifying them. */
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
  { spec, status }: Release,
  number: number,
  { false: wrong }: RecordedClaims,
  due: readonly Claim[],
): Alias[] {
  // The strategy may have changed since: any that would have given the alias counts.
  const any = { name: spec.project, tagStrategy: "TagAll", branchAliases: true } as const;
  const given = (claims: readonly Claim[]) =>
    new Set(claims.flatMap((claim) => aliasesOf(any, claim, number)).map(({ value }) => value));
  const [ofFalse, ofDue] = [given(wrong), given(due)];
  return (status?.aliases ?? []).filter(
    ({ type, value }) => type === "Custom" || !ofFalse.has(value) || ofDue.has(value),
  );
}
