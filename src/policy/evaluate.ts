import type { Decision, PolicyInput, Rule } from "./decision.ts";
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
  const judged = rules.map((rule) => ({ rule: rule.name, ...rule.judge(input) }));
  const moments = judged.flatMap(({ until }) => (until === undefined ? [] : Date.parse(until)));
  return {
    allowed: judged.every(({ passed }) => passed),
    rules: judged.map(({ approvals: _, message, by, ...verdict }) => ({
      ...verdict,
      message: cutText(message, messageBytes),
      ...(by !== undefined && { by: cutText(by, byBytes) }),
    })),
    ...(moments.length > 0 && { changesAt: instant(Math.min(...moments)) }),
    approvals: judged.flatMap((judgement) => judgement.approvals ?? []),
  };
}
