/** Step 1 of a deployment (deployment.ts): whether it is one of its own, and its number. */
import { deploymentName, type ReleasePointer, releasePointerKind } from "../../api/index.ts";
import type { ReconcilerDeps } from "../ports.ts";
import { isSameJson } from "../same-json.ts";
import { writeStatus } from "../status.ts";
import { type Begun, sequenceOf } from "./deployment-plan.ts";
import { type RecordedFacts, recordsOf } from "./deployment-record.ts";
import { readCurrent } from "./deployment-request.ts";
import { ownedFields, type PointerState, pointerFieldManager, said } from "./pointer-state.ts";

/**
 * Whether the record of what was begun tells of another request than the one that is asked now, or
 * of a decision that no longer stood later: what is pushed now is another deployment then.
 */
export function isAnswerToAnother(
  { caches }: Pick<ReconcilerDeps, "caches">,
  { pointer, status }: PointerState,
): boolean {
  const { namespace } = pointer.metadata;
  const record = caches.deployments.get({ namespace, name: status.deployment?.name ?? "" });
  if (record === undefined) return false;
  // The cache leaves the request's id out: it says which one it was, and not what was asked.
  const { id: _, ...wish } = asked(pointer);
  return record.status?.outcome === "Blocked" || !isSameJson(record.spec.request, wish);
}

/** What the pointer asks for; without a word it is a plain Deploy. */
export function asked({ spec }: ReleasePointer): RecordedFacts["request"] {
  return spec.request ?? { type: "Deploy" };
}

/** Whether the file carries a sequence that this one can no longer come before. */
export function isOvertaken({ pointer, status, inGit }: PointerState): boolean {
  return sequenceOf(pointer.spec, inGit?.id) >= (status.deployment?.sequence ?? 0);
}

/**
 * A pointer goes on counting above what its file and its records say: they may be older
 * than its object, and a record of before is never taken for the one of this deployment.
 */
export async function begin(
  deps: ReconcilerDeps,
  target: Begun["target"],
  state: PointerState,
  signal: AbortSignal,
): Promise<void> {
  const { spec } = state.pointer;
  const { resolved, deployment: last } = state.status;
  if (resolved === undefined) return;
  const isFirst = last === undefined;
  const isUnread = isFirst && !("inGit" in state);
  const inGit = isUnread ? await readCurrent(deps, state.pointer, target, signal) : state.inGit;
  const recorded = recordsOf(deps, state.pointer).at(-1)?.spec.sequence ?? 0;
  const known = Math.max(last?.sequence ?? 0, recorded, sequenceOf(spec, inGit?.id));
  const sequence = known + 1;
  const { identifier: _, name: __, ...pinned } = resolved;
  const deployment: Begun = {
    sequence,
    name: deploymentName(spec.environment, spec.repository, spec.project, sequence),
    generations: generationsOf(state.pointer, last),
    ...pinned,
    target,
  };
  state.status = { ...state.status, deployment };
  const { status } = state.pointer;
  state.pointer = await writeStatus(
    deps,
    releasePointerKind,
    state.pointer,
    pointerFieldManager,
    // Of what the report at the end of the look writes, this leaves all but its own field.
    { ...ownedFields(state.status), ...said(status) },
    signal,
  );
}

/** From behind those that the deployment before answered. */
function generationsOf(
  { metadata: { generation = 1 } }: ReleasePointer,
  last: Begun | undefined,
): Begun["generations"] {
  const from = (last?.generations?.to ?? 0) + 1;
  return { from: Math.min(from, generation), to: generation };
}
