import type { Decision, PolicyInput, Rule } from "./decision.ts";
import { branches } from "./rules/branches.ts";
import { lock } from "./rules/lock.ts";
import { notJudged } from "./rules/not-judged.ts";
import { tags } from "./rules/tags.ts";
import { triggers } from "./rules/triggers.ts";
import { verifiedSource } from "./rules/verified-source.ts";

/** The rules in the order in which a decision lists them. */
export const rules: readonly Rule[] = [lock, triggers, branches, tags, verifiedSource, notJudged];

const messageLimit = 1024;

/**
 * May this release go into this environment? Nothing else in forge decides that. Every rule is
 * judged, also after one refused, so that a person sees at once all that is in the way.
 */
export function evaluate(input: PolicyInput): Decision {
  const verdicts = rules.map((rule) => {
    const { message, ...verdict } = rule.judge(input);
    const cut = message.length > messageLimit ? `${message.slice(0, messageLimit - 1)}…` : message;
    return { rule: rule.name, ...verdict, message: cut };
  });
  return { allowed: verdicts.every((verdict) => verdict.passed), rules: verdicts };
}
