import type { Verdict } from "../api/index.ts";
import type { DecisionStatus } from "../policy/index.ts";
import type { Approvers } from "../requests/index.ts";
import { plainText } from "./output/plain-text.ts";
import type { Styles } from "./output/style.ts";

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

/** Who may approve, each with what gives the right. */
export function approversText({ approvers, unknown }: Approvers): string {
  const lines = approvers.map(({ kind, name, namespace, binding }) => {
    const of = namespace === undefined ? name : `${namespace}/${name}`;
    return `  ${plainText(of)} (${kind}, by ${plainText(binding)})\n`;
  });
  const rest = unknown.length === 0 ? "" : `  and whom you may not see: ${unknown.join("; ")}\n`;
  return `\nMay approve:\n${lines.join("")}${lines.length + rest.length > 0 ? rest : "  nobody\n"}`;
}

/** `release 42 (v1.2.3)`. */
export function releaseText(identity: {
  readonly number?: number | undefined;
  readonly version?: string | undefined;
}): string {
  const { number, version } = identity;
  return `release ${number ?? "?"}${version === undefined ? "" : ` (${plainText(version)})`}`;
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
