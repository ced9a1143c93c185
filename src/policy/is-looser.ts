import type { EnvironmentSpec, PromotionPolicy, ReleaseApprovalStatus } from "../api/index.ts";
import { milliseconds } from "./duration.ts";

/** The rules of an Environment that an approval is bound to. */
export type PolicyRules = Pick<EnvironmentSpec, "promotionPolicy" | "rollback" | "projects">;

/** Rules as a status keeps them: a version that knew fewer fields may have written them. */
export type KeptRules = NonNullable<NonNullable<ReleaseApprovalStatus["policy"]>["rules"]>;

type Origin = PromotionPolicy["promotesFrom"][number];
type Policy = PromotionPolicy;

/**
 * Whether an Environment lets something in now that its rules kept out then. What cannot be
 * compared counts as looser: patterns are compared as texts, and freezes by their cron fields.
 */
export function isLooser(then: KeptRules, now: PolicyRules): boolean {
  return comparisons.some((looser) => looser(then, now));
}

type Comparison = (then: KeptRules, now: PolicyRules) => boolean;

const byPolicy =
  (looser: (then: Policy, now: Policy) => boolean): Comparison =>
  (then, now) =>
    looser(then.promotionPolicy, now.promotionPolicy);

const comparisons: readonly Comparison[] = [
  byPolicy((then, now) => then.requireVerifiedSource && !now.requireVerifiedSource),
  byPolicy((then, now) => takesMore(then.allowedTriggers, now.allowedTriggers)),
  byPolicy((then, now) => takesMore(then.allowedBranches, now.allowedBranches)),
  byPolicy((then, now) => takesMore(then.allowedTags, now.allowedTags)),
  byPolicy((then, now) => !then.autoDeploy && now.autoDeploy),
  byPolicy((then, now) => then.requiresApproval && asksFewer(then, now)),
  byPolicy((then, now) => !isImplied(then, now)),
  byPolicy((then, now) => !then.freezes.every((freeze) => isKept(freeze, now.freezes))),
  (then, now) => then.rollback.requiresApproval && !now.rollback.requiresApproval,
  (then, now) => !then.rollback.duringFreeze && now.rollback.duringFreeze,
  (then, now) => now.promotionPolicy.autoDeploy && deploysMore(then.projects, now.projects),
];

/** Compares lists in which an empty one means all. */
function takesMore(then: readonly string[], now: readonly string[]): boolean {
  if (then.length === 0) return false;
  return now.length === 0 || now.some((value) => !then.includes(value));
}

function asksFewer({ approvals: then = {} as never }: Policy, now: Policy): boolean {
  if (!now.requiresApproval) return true;
  const { approvals = {} as never } = now;
  return (
    (approvals.required ?? 1) < (then.required ?? 1) ||
    lifetime(approvals.expireAfter) > lifetime(then.expireAfter) ||
    ((approvals.allowSelfApproval ?? false) && !(then.allowSelfApproval ?? false))
  );
}

function lifetime(expireAfter: string | undefined): number {
  return expireAfter === undefined ? Number.POSITIVE_INFINITY : milliseconds(expireAfter);
}

/** Whether an image that ran where it must now has run where it had to then. */
function isImplied(then: Policy, now: Policy): boolean {
  const [before, after] = [then.promotesFrom, now.promotesFrom];
  if (before.length === 0) return true;
  if (after.length === 0) return false;
  const wasAny = then.promotesFromMatch === "Any";
  if (now.promotesFromMatch === "Any") {
    // Each of them alone may let the image in.
    return after.every((one) =>
      wasAny ? before.some((old) => implies(one, old)) : before.every((old) => implies(one, old)),
    );
  }
  const isMet = (old: Origin) => after.some((one) => implies(one, old));
  return wasAny ? before.some(isMet) : before.every(isMet);
}

function implies(one: Origin, old: Origin): boolean {
  return one.environment === old.environment && soakOf(one) >= soakOf(old);
}

function soakOf({ soak }: Origin): number {
  return soak === undefined ? 0 : milliseconds(soak);
}

type Freeze = Policy["freezes"][number];

function isKept(freeze: Freeze, now: readonly Freeze[]): boolean {
  return now.some(
    ({ cron, timeZone, duration }) =>
      cron === freeze.cron &&
      timeZone === freeze.timeZone &&
      milliseconds(duration) >= milliseconds(freeze.duration),
  );
}

function deploysMore(then: PolicyRules["projects"], now: PolicyRules["projects"]): boolean {
  const labels = Object.entries(then?.matchLabels ?? {});
  if (labels.some(([name, value]) => now?.matchLabels?.[name] !== value)) return true;
  return takesMore(then?.include ?? [], now?.include ?? []);
}
