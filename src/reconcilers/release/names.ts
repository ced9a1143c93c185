import type { Alias, Claim, Release } from "../../api/index.ts";
import { isSameClaim, isVerified, isVerifiedAlias } from "../../triggers/index.ts";
import { limits, withinBytes } from "../bounded-status.ts";
import type { ReconcilerDeps } from "../ports.ts";
import { commitIndex } from "../resources.ts";
import { projectOf } from "../sharding.ts";
import { allAliases, strategyOf } from "./aliases.ts";
import { contributedClaims, dueClaims, isUnverified } from "./claims.ts";
import type { GrantedAliases } from "./granted-aliases.ts";
import { verifyRecorded, withoutFalse } from "./recorded-claims.ts";

/** The claims of a release, and the aliases that rest on them. */
export interface Names {
  readonly triggers: Claim[];
  readonly aliases: Alias[];
}

type Deps = Pick<
  ReconcilerDeps,
  "client" | "caches" | "network" | "settings" | "events" | "extensions"
>;

/** The other Releases of the same project and commit. */
function sameCommit({ caches }: Pick<Deps, "caches">, release: Release): Release[] {
  return caches.releases
    .byIndex("commit", commitIndex(release))
    .filter(({ metadata }) => metadata.uid !== release.metadata.uid);
}

/**
 * Whether a packaged release has yet to take over the claim of another one, or to verify a claim
 * that an older version recorded.
 */
export function owesNames(deps: Pick<Deps, "caches">, release: Release): boolean {
  const { image, joined, conflictsWith, replacedBy, triggers = [] } = release.status ?? {};
  if (image === undefined || joined || conflictsWith || replacedBy) return false;
  if (triggers.some((claim) => isUnverified(release, claim))) return true;
  const claims = contributedClaims(release, sameCommit(deps, release)).map(({ claim }) => claim);
  const due = dueClaims(release, undefined, claims);
  return claims.some((claim) => due.includes(claim) && !lists(triggers, claim));
}

/** Whether a list has a claim, as well verified as it is. */
export function lists(claims: readonly Claim[], claim: Claim): boolean {
  return claims.some(
    (known) => isSameClaim(known, claim) && (isVerified(known) || !isVerified(claim)),
  );
}

/**
 * Works out the names that are due to a release by its own claim and those of its commit's other
 * Releases, and reserves the aliases until they are written or revoked.
 *
 * @param own the claim of the release itself, as it was verified
 * @throws ForgeError SourceNotAllowed and those of git, where a recorded claim is to be verified
 */
export async function grantNames(
  deps: Deps,
  granted: GrantedAliases,
  { release, number, own }: { release: Release; number: number; own: Claim | undefined },
  signal: AbortSignal,
): Promise<Names> {
  const recorded = await verifyRecorded(deps, release, signal);
  const contributed = contributedClaims(release, sameCommit(deps, release));
  const claims = [...recorded.verified, ...contributed.map(({ claim }) => claim)];
  const triggers = dueClaims(release, own, claims);
  /** By alias, whether it rests on a verified claim. */
  const verified = new Map<string, boolean>();
  const aliases = withoutFalse(release, number, recorded, triggers);
  for (const { value } of aliases) verified.set(value, isVerifiedAlias(release, value));
  const claimants = [...(own === undefined ? [] : [{ release, claim: own }]), ...contributed];
  const strategy = strategyOf(projectOf(deps, release), release);
  for (const { release: claimant, claim } of claimants.filter((c) => lists(triggers, c.claim))) {
    for (const alias of allAliases(strategy, claimant, number, deps.extensions)) {
      if (verified.has(alias.value)) continue;
      const holder = granted.holder(release, alias.value, isVerified(claim));
      if (holder !== undefined) {
        const note = `Release ${holder} holds the alias ${alias.value} and keeps it.`;
        warn(deps, release, "AliasTaken", note);
        continue;
      }
      aliases.push(alias);
      verified.set(alias.value, isVerified(claim));
    }
  }
  const fitting = withinBytes(aliases, limits.aliasBytes);
  for (const { value } of aliases.slice(fitting.length)) {
    warn(deps, release, "AliasDropped", `The alias ${value} does not fit into the status.`);
  }
  granted.grant(
    release,
    new Map(fitting.map(({ value }) => [value, verified.get(value) === true])),
  );
  return { triggers, aliases: fitting };
}

function warn({ events }: Deps, release: Release, reason: string, note: string): void {
  events.record(release, { type: "Warning", reason, action: "Number", note });
}
