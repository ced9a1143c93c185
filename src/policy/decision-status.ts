import type { Verdict } from "../api/index.ts";
import type { Decision, DecisionStatus } from "./decision.ts";
import { cutText } from "./wording.ts";

/** How many bytes of each verdict are kept, the most first. */
const sizes = [
  { refused: 180, passed: 180, evidence: 254 },
  { refused: 180, passed: 80, evidence: 64 },
  { refused: 180, passed: 0, evidence: 64 },
  { refused: 120, passed: 0, evidence: 0 },
  { refused: 80, passed: 0, evidence: 0 },
  { refused: 48, passed: 0, evidence: 0 },
  { refused: 24, passed: 0, evidence: 0 },
  { refused: 0, passed: 0, evidence: 0 },
] as const;

/**
 * The part of a decision that a status keeps, in at most so many bytes of JSON. Every rule and its
 * reason stay. What is cut first is what passed, then the evidence, which the message names too.
 */
export function decisionStatus(decision: Decision, maximumBytes = 4_096): DecisionStatus {
  const { approvals: _, ...kept } = decision;
  let status: DecisionStatus = kept;
  for (const size of sizes) {
    status = { ...kept, rules: kept.rules.map((verdict) => shortened(verdict, size)) };
    if (Buffer.byteLength(JSON.stringify(status)) <= maximumBytes) break;
  }
  return status;
}

function shortened(verdict: Verdict, size: (typeof sizes)[number]): Verdict {
  const { pattern, by, until, ...rest } = verdict;
  const message = cutText(rest.message, rest.passed ? size.passed : size.refused);
  if (size.evidence === 0) return { ...rest, message };
  return {
    ...rest,
    message,
    ...(pattern !== undefined && { pattern: cutText(pattern, size.evidence) }),
    ...(by !== undefined && { by: cutText(by, size.evidence) }),
    ...(until !== undefined && { until }),
  };
}
