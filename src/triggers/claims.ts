/**
 * Claims of a release: each trigger with what forge found when it held branch and tag against the
 * repository. Rules and names count a claim, and never a trigger that nobody looked at.
 */
import type { Claim, Release, Trigger } from "../api/index.ts";
import { aliasesOf } from "./aliases.ts";

/** The verification of a claim that was held against the repository and found true. */
const verified = "Verified";

type Claimant = Pick<Release, "spec" | "status">;

/** The condition SourceVerified of a Release speaks of its own trigger alone. */
export function ownClaim({ spec, status }: Claimant): Claim | undefined {
  const condition = status?.conditions?.find(({ type }) => type === "SourceVerified");
  if (condition === undefined || condition.status === "False") return undefined;
  return { ...spec.trigger, verification: condition.reason };
}

/**
 * The claims of a release that count: those that forge verified, and those that nobody can verify.
 * A claim speaks of a commit. What is packaged from another source than the commit is verified by no
 * claim, whoever made it. An entry that an older version recorded without its verification counts
 * where the condition of the Release speaks of it, or its source is none that could be checked.
 */
export function claimsOf(release: Claimant): Claim[] {
  const isOfCommit = release.spec.source.git !== undefined;
  return (release.status?.triggers ?? []).flatMap((entry): Claim[] => {
    if (!isOfCommit) return [{ ...entry, verification: unverifiable(entry) }];
    if (entry.verification !== undefined) return [entry];
    if (!isSameClaim(entry, release.spec.trigger)) return [];
    const own = ownClaim(release);
    return own === undefined ? [] : [{ ...entry, verification: own.verification }];
  });
}

function unverifiable({ verification = "NotChecked" }: Claim): string {
  return verification === verified ? "NotChecked" : verification;
}

export function isVerified({ verification }: Claim): boolean {
  return verification === verified;
}

/** Whether two triggers say the same of a commit: when it happened, and who did it, do not count. */
export function isSameClaim(a: Trigger, b: Trigger): boolean {
  return a.type === b.type && a.branch === b.branch && a.tag === b.tag;
}

/**
 * Every alias that claims may have given a release. Its project's strategy may have changed since:
 * any that would have given an alias counts.
 */
export function aliasesByClaims(
  { spec }: Pick<Release, "spec">,
  number: number,
  claims: readonly Claim[],
): ReadonlySet<string> {
  const any = { name: spec.project, tagStrategy: "TagAll", branchAliases: true } as const;
  return new Set(
    claims.flatMap((claim) => aliasesOf(any, claim, number)).map(({ value }) => value),
  );
}

/** Whether an alias of a release rests on a verified claim. */
export function isVerifiedAlias(release: Claimant, value: string): boolean {
  const { number = 0, aliases } = release.status ?? {};
  if (aliasesByClaims(release, number, claimsOf(release).filter(isVerified)).has(value))
    return true;
  const alias = aliases?.find((each) => each.value === value);
  const own = ownClaim(release);
  return alias?.type === "Custom" && own !== undefined && isVerified(own);
}
