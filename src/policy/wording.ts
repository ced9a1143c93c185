import type { Claim } from "../api/index.ts";
import { claimsOf, isVerified } from "../triggers/index.ts";
import { type Judgement, type PolicyInput, passed } from "./decision.ts";

/** The claims that may let the release in: verified ones alone where the environment requires it. */
export function countedClaims({ environment, release }: PolicyInput): readonly Claim[] {
  const claims = claimsOf(release);
  const { requireVerifiedSource } = environment.spec.promotionPolicy;
  return requireVerifiedSource ? claims.filter(isVerified) : claims;
}

/** Says, at the end of a refusal, that claims were passed over. */
export function uncounted(input: PolicyInput): string {
  const all = input.release.status?.triggers?.length ?? 0;
  const passedOver = all - countedClaims(input).length;
  if (passedOver === 0) return "";
  return ` ${passedOver === 1 ? "1 trigger does" : `${passedOver} triggers do`} not count: not verified.`;
}

export function isRollback({ pointer }: PolicyInput): boolean {
  return pointer.spec.request?.type === "Rollback";
}

/** The verdict on a rollback of the rules that ask where a release comes from: it was here before. */
export function rollbackExempt(input: PolicyInput): Judgement | undefined {
  if (!isRollback(input)) return undefined;
  return passed("RollbackExempt", "A rollback goes to what was let in before.");
}

export function isAutomatic({ pointer }: PolicyInput): boolean {
  return pointer.spec.request?.automatic === true;
}

/** `a`, `a or b`, `a, b or c`; a long list is cut. */
export function listed(words: readonly string[], conjunction = "or"): string {
  const [only = ""] = words;
  if (words.length < 2) return only;
  const distinct = [...new Set(words)];
  if (distinct.length > 5)
    return `${distinct.slice(0, 5).join(", ")} ${conjunction} ${distinct.length - 5} more`;
  if (distinct.length < 2) return only;
  return `${distinct.slice(0, -1).join(", ")} ${conjunction} ${distinct.at(-1)}`;
}

/** Text of at most so many bytes: cut with a mark where it is too long. */
export function cutText(text: string, maximumBytes: number): string {
  // A code unit is at most three bytes: only what is in doubt is counted.
  if (text.length * 3 <= maximumBytes || Buffer.byteLength(text) <= maximumBytes) return text;
  const mark = "…";
  const room = maximumBytes - Buffer.byteLength(mark);
  if (room < 0) return "";
  let cut = text.slice(0, room);
  while (Buffer.byteLength(cut) > room) cut = cut.slice(0, -1);
  // The last step may have split a character of two code units.
  return `${cut.toWellFormed().replace(/\ufffd$/, "")}${mark}`;
}
