import { boundedText } from "./bounded-text.ts";
import { timestamp } from "./timestamp.ts";

/** metav1.Condition. */
export interface Condition {
  readonly type: string;
  readonly status: "True" | "False" | "Unknown";
  readonly reason: string;
  readonly message: string;
  /** RFC 3339, in whole seconds. */
  readonly lastTransitionTime: string;
  readonly observedGeneration?: number | undefined;
}

export type ConditionUpdate = Omit<Condition, "lastTransitionTime">;

const messageBytes = 320;

/**
 * The list with this condition set. Its time moves only when its status does, and where nothing
 * changed the answer is the very list that was given: there is nothing to write.
 */
export function setCondition(
  conditions: readonly Condition[],
  update: ConditionUpdate,
  now: Date,
): readonly Condition[] {
  const old = conditions.find((condition) => condition.type === update.type);
  const next: Condition = {
    ...update,
    message: boundedText(update.message, messageBytes),
    lastTransitionTime: old?.status === update.status ? old.lastTransitionTime : timestamp(now),
  };
  if (old === undefined) return [...conditions, next];
  const same =
    old.status === next.status &&
    old.reason === next.reason &&
    old.message === next.message &&
    old.observedGeneration === next.observedGeneration;
  return same ? conditions : conditions.map((condition) => (condition === old ? next : condition));
}

export function removeCondition(
  conditions: readonly Condition[],
  type: string,
): readonly Condition[] {
  const kept = conditions.filter((condition) => condition.type !== type);
  return kept.length === conditions.length ? conditions : kept;
}

/**
 * - ready: as the spec asks;
 * - progressing: on the way, nothing is wrong;
 * - retrying: something failed, and is tried again;
 * - stalled: a person must change something first.
 */
export type Readiness = "ready" | "progressing" | "retrying" | "stalled";

const trio = {
  ready: { Ready: "True", Reconciling: false, Stalled: false },
  progressing: { Ready: "Unknown", Reconciling: true, Stalled: false },
  retrying: { Ready: "False", Reconciling: true, Stalled: false },
  stalled: { Ready: "False", Reconciling: false, Stalled: true },
} as const;

/**
 * Ready, Reconciling and Stalled as kstatus reads them: Ready is always there, the other two only
 * while they are true.
 */
export function setReadiness(
  conditions: readonly Condition[],
  readiness: Readiness,
  update: Omit<ConditionUpdate, "type" | "status">,
  now: Date,
): readonly Condition[] {
  const wanted = trio[readiness];
  let next = setCondition(conditions, { ...update, type: "Ready", status: wanted.Ready }, now);
  for (const type of ["Reconciling", "Stalled"] as const) {
    next = wanted[type]
      ? setCondition(next, { ...update, type, status: "True" }, now)
      : removeCondition(next, type);
  }
  return next;
}
