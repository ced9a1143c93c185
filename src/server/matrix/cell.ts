import type { ReleaseDeployment, ReleasePointer } from "../../api/index.ts";
import { isPending } from "../../requests/index.ts";
import type { CellState, MatrixCell } from "../../rest/index.ts";

/** How a pointer stands, in one word. */
export function stateOf({ status }: ReleasePointer): CellState {
  const conditions = status?.conditions ?? [];
  const is = (type: string) =>
    conditions.some((condition) => condition.type === type && condition.status === "True");
  if (is("Ready")) return "Ready";
  const { decision } = status ?? {};
  if (decision !== undefined && !decision.allowed)
    return isPending(decision) ? "Pending" : "Refused";
  return is("Stalled") ? "Failed" : "Progressing";
}

/** What one place of the matrix shows. */
export function cellOf(
  pointer: ReleasePointer,
  known: {
    /** The record of what is deployed. */
    readonly record: ReleaseDeployment | undefined;
    /** Numbers of the project's releases that are ready, ascending; undefined: not the caller's to know. */
    readonly numbers: readonly number[] | undefined;
  },
): MatrixCell {
  const { spec, status } = pointer;
  const { record, numbers } = known;
  const ready = status?.conditions?.find(({ type }) => type === "Ready");
  const { deployed, delivery } = status ?? {};
  const since = record?.status?.committedAt;
  const by = record?.spec.request.by;
  return {
    environment: spec.environment,
    state: stateOf(pointer),
    ...(ready && { reason: ready.reason, message: ready.message }),
    asked: spec.release,
    ...(deployed && { deployed }),
    ...(deployed && numbers && { behind: countAbove(numbers, deployed.number) }),
    ...(since !== undefined && { since }),
    ...(by !== undefined && { by }),
    ...(delivery && { health: delivery.health, sync: delivery.sync }),
    marks: [
      ...(spec.hold === undefined ? [] : ["Held" as const]),
      ...(spec.lock === undefined ? [] : ["Locked" as const]),
      ...(spec.suspend ? ["Suspended" as const] : []),
    ],
  };
}

function countAbove(ascending: readonly number[], number: number): number {
  return ascending.length - ascending.findLastIndex((other) => other <= number) - 1;
}
