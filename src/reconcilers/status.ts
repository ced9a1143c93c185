import type { Condition, ConditionUpdate, Outcome, Readiness } from "../../controller/index.ts";
import { setCondition, setReadiness } from "../../controller/index.ts";
import type { KubeObject } from "../../controller/kube/index.ts";
import { type ConditionType, ForgeError, type ForgeObject, type Kind } from "../api/index.ts";
import type { ReconcilerDeps } from "./ports.ts";
import { isSameJson } from "./same-json.ts";

/** A condition of one of the types that src/api declares. */
export interface OwnCondition extends ConditionUpdate {
  readonly type: ConditionType;
}

/** What a look at an object found: its state in words, and what the loop does next. */
export interface Report {
  readonly readiness: Readiness;
  readonly reason: string;
  readonly message: string;
  /** Ready all the same, and something that a person should see to. */
  readonly isWarning?: boolean;
  /** Conditions besides Ready, Reconciling and Stalled. */
  readonly conditions?: readonly OwnCondition[];
  readonly outcome: Outcome;
}

/** Only a person can help. */
export function stalled(reason: string, message: string): Report {
  return { readiness: "stalled", reason, message, outcome: { type: "stall", reason, message } };
}

/** The error as a report, when it speaks of the object; undefined when the loop should retry. */
export function reportOf(error: unknown): Report | undefined {
  if (!(error instanceof ForgeError)) return undefined;
  const message = `${error.message}. ${error.hint}`;
  if (error.retry !== "never") {
    // The loop tries again with growing delays; the error itself carries that.
    return { readiness: "retrying", reason: error.code, message, outcome: { type: "done" } };
  }
  return stalled(error.code, message);
}

type WithConditions = { readonly conditions?: readonly Condition[] | undefined } | undefined;

/** The conditions that a report gives an object. */
export function conditionsOf(
  object: ForgeObject<unknown, unknown>,
  report: Report,
  now: Date,
): readonly Condition[] {
  const { generation: observedGeneration } = object.metadata;
  let conditions = (object.status as WithConditions)?.conditions ?? [];
  for (const update of report.conditions ?? []) {
    conditions = setCondition(conditions, { ...update, observedGeneration }, now);
  }
  const { readiness, reason, message } = report;
  return setReadiness(conditions, readiness, { reason, message, observedGeneration }, now);
}

/**
 * Writes those fields of an object's status that one field manager owns, unless they stand there
 * already. The write carries the resource version that was read, so that a status computed from
 * an old object is a Conflict and not a lie.
 *
 * @param fields every field that the manager owns; an undefined one is removed
 */
export async function writeStatus<T extends ForgeObject<unknown, unknown>>(
  deps: Pick<ReconcilerDeps, "client">,
  kind: Kind,
  object: T,
  fieldManager: string,
  fields: Readonly<Record<string, unknown>>,
  signal: AbortSignal,
): Promise<T> {
  const old = (object.status ?? {}) as Readonly<Record<string, unknown>>;
  const changed = Object.entries(fields).some(([name, value]) => !isSameJson(old[name], value));
  if (!changed) return object;
  const { name, namespace, resourceVersion } = object.metadata;
  const body = {
    apiVersion: `${kind.group}/${kind.version}`,
    kind: kind.kind,
    metadata: { name, namespace, resourceVersion },
    status: fields,
  };
  const written = await deps.client.applyStatus<T & KubeObject>(kind, body, {
    fieldManager,
    force: true,
    signal,
  });
  return written;
}

/** Records an event when Ready came to another status or reason. */
export function recordTransition(
  deps: Pick<ReconcilerDeps, "events">,
  before: ForgeObject<unknown, unknown>,
  report: Report,
  action: string,
): void {
  const old = (before.status as WithConditions)?.conditions?.find(({ type }) => type === "Ready");
  if (old?.reason === report.reason || report.readiness === "progressing") return;
  const isNormal = report.readiness === "ready" && report.isWarning !== true;
  const type = isNormal ? "Normal" : "Warning";
  deps.events.record(before, { type, reason: report.reason, action, note: report.message });
}
