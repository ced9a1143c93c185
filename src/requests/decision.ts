import type { Release, Verdict } from "../api/index.ts";
import type { DecisionStatus } from "../policy/index.ts";

/** Rules that refuse for now: somebody's approval or time alone lets the release in. */
export function isAwaited({ reason, until }: Verdict): boolean {
  return reason === "ApprovalMissing" || (until !== undefined && reason !== "Rejected");
}

export function refusalsOf({ rules }: Pick<DecisionStatus, "rules">): readonly Verdict[] {
  return rules.filter(({ passed }) => !passed);
}

/** Whether everything in the way is gone once people approve, or time passes. */
export function isPending(decision: Pick<DecisionStatus, "allowed" | "rules">): boolean {
  return !decision.allowed && refusalsOf(decision).every(isAwaited);
}

/** What a release is told apart by. */
export function identityOf({ spec, status }: Release) {
  const { commit, version } = spec;
  const { number, image } = status ?? {};
  return { commit, number, digest: image?.digest, ...(version !== undefined && { version }) };
}
