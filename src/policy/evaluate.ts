import type { Decision, PolicyInput, Rule } from "./decision.ts";
import { branches } from "./rules/branches.ts";
import { lock } from "./rules/lock.ts";
import { notJudged } from "./rules/not-judged.ts";
import { tags } from "./rules/tags.ts";
import { triggers } from "./rules/triggers.ts";
import { verifiedSource } from "./rules/verified-source.ts";

/** The rules in the order in which a decision lists them. */
export const rules: readonly Rule[] = [lock, triggers, branches, tags, verifiedSource, notJudged];

const messageBytes = 180;

/** A verdict's message as a decision keeps it: cut with a mark where it is too long. */
export function verdictText(message: string): string {
  if (Buffer.byteLength(message) <= messageBytes) return message;
  let cut = message.slice(0, messageBytes - 3);
  while (Buffer.byteLength(cut) > messageBytes - 3) cut = cut.slice(0, -1);
  // The last step may have split a character of two code units.
  return `${cut.toWellFormed().replace(/\ufffd$/, "")}…`;
}

/**
 * May this release go into this environment? Nothing else in forge decides that. Every rule is
 * judged, also after one refused, so that a person sees at once all that is in the way.
 */
export function evaluate(input: PolicyInput): Decision {
  const verdicts = rules.map((rule) => {
    const { message, ...verdict } = rule.judge(input);
    return { rule: rule.name, ...verdict, message: verdictText(message) };
  });
  return { allowed: verdicts.every((verdict) => verdict.passed), rules: verdicts };
}
