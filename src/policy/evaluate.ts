import type { Verdict } from "../api/index.ts";
import type { CountedApproval, Decision, PolicyInput, Rule } from "./decision.ts";
import { instant } from "./instant.ts";
import { approvals } from "./rules/approvals.ts";
import { branches } from "./rules/branches.ts";
import { freezes } from "./rules/freezes.ts";
import { hold } from "./rules/hold.ts";
import { lock } from "./rules/lock.ts";
import { order } from "./rules/order.ts";
import { pointerLock } from "./rules/pointer-lock.ts";
import { promotesFrom } from "./rules/promotes-from.ts";
import { rollback } from "./rules/rollback.ts";
import { tags } from "./rules/tags.ts";
import { triggers } from "./rules/triggers.ts";
import { verifiedSource } from "./rules/verified-source.ts";
import { cutText } from "./wording.ts";

/** The rules in the order in which a decision lists them. */
export const rules: readonly Rule[] = [
  lock,
  pointerLock,
  hold,
  order,
  rollback,
  triggers,
  branches,
  tags,
  verifiedSource,
  promotesFrom,
  approvals,
  freezes,
];

const messageBytes = 180;
/** What the schema of a verdict takes. */
const byBytes = 254;

/**
 * May this release go into this environment? Nothing else in forge decides that. Every rule is
 * judged, also after one refused, so that a person sees at once all that is in the way.
 */
export function evaluate(input: PolicyInput): Decision {
  const verdicts: Verdict[] = [];
  const approvalsCounted: CountedApproval[] = [];
  let allowed = true;
  let changes = { at: Number.POSITIVE_INFINITY, text: "" };
  for (const rule of rules) {
    const { passed, reason, message, evidence } = rule.judge(input);
    const { pattern, by, until = Number.POSITIVE_INFINITY } = evidence;
    const verdict: Verdict = {
      rule: rule.name,
      passed,
      reason,
      message: cutText(message, messageBytes),
    };
    if (pattern !== undefined) verdict.pattern = pattern;
    if (by !== undefined) verdict.by = cutText(by, byBytes);
    if (Number.isFinite(until)) {
      verdict.until = instant(until);
      if (until < changes.at) changes = { at: until, text: verdict.until };
    }
    if (evidence.approvals !== undefined) approvalsCounted.push(...evidence.approvals);
    allowed &&= passed;
    verdicts.push(verdict);
  }
  const decision = { allowed, rules: verdicts, approvals: approvalsCounted };
  return changes.text === "" ? decision : { ...decision, changesAt: changes.text };
}
