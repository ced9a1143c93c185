import type { Release, Verdict } from "../api/index.ts";
import type { DecisionStatus } from "../policy/index.ts";
import { plainText } from "./output/plain-text.ts";
import type { Styles } from "./output/style.ts";

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

/** Every rule on a line of its own, passed or not. */
export function rulesText({ rules }: Pick<DecisionStatus, "rules">, styles: Styles): string {
  const width = Math.max(0, ...rules.map(({ rule }) => rule.length));
  return rules
    .map(({ rule, passed, message, reason, until }) => {
      const mark = passed ? styles.good("✓") : styles.bad("✗");
      const said = plainText(message) || reason;
      const when = !passed && until !== undefined ? ` (until ${until})` : "";
      return `  ${mark} ${rule.padEnd(width)}  ${said}${when}\n`;
    })
    .join("");
}

/** `release 42 (v1.2.3)`. */
export function releaseText(identity: {
  readonly number?: number | undefined;
  readonly version?: string | undefined;
}): string {
  const { number, version } = identity;
  return `release ${number ?? "?"}${version === undefined ? "" : ` (${plainText(version)})`}`;
}

export function identityOf({ spec, status }: Release) {
  const { commit, version } = spec;
  const { number, image } = status ?? {};
  return { commit, number, digest: image?.digest, ...(version !== undefined && { version }) };
}

/** What a person types next, for what is in the way. */
export function nextStep(
  verdicts: readonly Verdict[],
  place: { readonly environment: string; readonly project: string },
  number: number | undefined,
): string {
  const { environment, project } = place;
  const [first] = verdicts;
  switch (first?.reason) {
    case "ApprovalMissing":
      return `Somebody who may approves with: forge approve ${environment} ${project} ${number} --reason "…"`;
    case "Locked":
      return `Whoever may unlocks with: forge unlock ${environment}`;
    case "PointerLocked":
      return `Whoever may unlocks with: forge unlock ${environment} ${project}`;
    case "Rejected":
      return `Whoever rejected it takes that back with: forge revoke ${environment} ${project} ${number} --reason "…"`;
    default:
      return `Ask rule by rule with: forge explain ${environment} ${project} ${number}`;
  }
}
