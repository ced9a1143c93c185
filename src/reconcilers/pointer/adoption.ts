/**
 * What becomes of a pointer that Git is ahead of. Git is the record of what was ordered, so what it
 * has is taken over, and nothing is pushed: status says what runs, and spec asks for it, since what
 * the spec asked for was overtaken by what Git has. Only what a person asked for since, and nobody
 * looked at yet, is carried out behind it. The spec is written first: a controller that is killed
 * in between finds Git ahead again.
 */
import { ForgeError, type ReleasePointer } from "../../api/index.ts";
import { targetOf } from "../deployment/deployment.ts";
import { replaceSpec } from "../deployment/hold.ts";
import type { LoggedOfPointer } from "../deployment/lost-history.ts";
import type { PointerState } from "../deployment/pointer-state.ts";
import type { ReconcilerDeps } from "../ports.ts";
import type { Report } from "../status.ts";
import type { GitComparison } from "./git-comparison.ts";
import { isDeployed } from "./pointer-release.ts";

const reasonLimit = 1_024;
export const adoptedCondition = "AdoptedFromGit";

/**
 * Looks whether Git is ahead of a pointer that is about to move, or was found to be of one that
 * rests, and takes over what Git has.
 *
 * @returns what to report when that is all there is to do
 */
export async function adoptFromGit(
  deps: ReconcilerDeps,
  comparison: GitComparison,
  state: PointerState,
  signal: AbortSignal,
): Promise<Report | undefined> {
  const ahead = await findAhead(deps, comparison, state, signal);
  if (ahead === undefined) return undefined;
  const { pointer } = state;
  const target = targetFor(deps, pointer);
  if (target === undefined) return undefined;
  const isAsked = isNewRequest(pointer);
  if (!isAsked) state.pointer = await askFor(deps, ahead, pointer, signal);
  state.status = statusWith(state, ahead, target);
  const message = `Git has release ${ahead.number} by ${ahead.id} (commit ${ahead.gitCommit}), which the cluster did not know: as after a restore of a backup. It was taken over; nothing was pushed.`;
  state.conditions.push({
    type: adoptedCondition,
    status: "True",
    reason: "GitAhead",
    message,
  });
  deps.metrics.adopted();
  if (isAsked) {
    // What follows is reported instead.
    const event = { type: "Warning", reason: adoptedCondition, action: "Adopt" } as const;
    deps.events.record(pointer, { ...event, note: message });
    return undefined;
  }
  return {
    readiness: "ready",
    reason: adoptedCondition,
    message,
    isWarning: true,
    outcome: { type: "requeue", afterMs: 100, why: "what was taken over is looked at" },
  };
}

async function findAhead(
  deps: ReconcilerDeps,
  comparison: GitComparison,
  state: PointerState,
  signal: AbortSignal,
): Promise<LoggedOfPointer | undefined> {
  const { pointer } = state;
  if (comparison.isCompared(pointer)) return comparison.aheadOf(pointer);
  // What rests is compared beside (git-watch.ts), so that Git need not be there for it.
  if (isDeployed(pointer)) return undefined;
  const isFirst = pointer.status?.deployment === undefined;
  // The first that a person asks for goes on top of whatever is there.
  if (isFirst && pointer.spec.request?.automatic !== true) return undefined;
  const target = targetFor(deps, pointer);
  if (target === undefined) return undefined;
  try {
    return await comparison.compare(pointer, target, signal, state);
  } catch (error) {
    // What no deployment may overwrite is for the writer to say, in the record of this one.
    const spoilt = ["PointerFileInvalid", "PointerPathInvalid"];
    if (error instanceof ForgeError && spoilt.includes(error.code)) return undefined;
    throw error;
  }
}

/** Where the pointer's file is, or will be. */
export function targetFor(
  { caches }: Pick<ReconcilerDeps, "caches">,
  { metadata, spec, status }: ReleasePointer,
): ReturnType<typeof targetOf> | undefined {
  const { namespace } = metadata;
  const environment = caches.environments.get({ namespace, name: spec.environment });
  return status?.deployment?.target ?? (environment && targetOf(environment));
}

/** Whether a person asks for a release that no look before knew of. */
function isNewRequest({ metadata, spec, status }: ReleasePointer): boolean {
  return (
    spec.request?.automatic !== true &&
    spec.release !== status?.resolved?.identifier &&
    metadata.generation !== status?.observedGeneration
  );
}

async function askFor(
  deps: ReconcilerDeps,
  { id, commit, type, by, reason }: LoggedOfPointer,
  pointer: ReleasePointer,
  signal: AbortSignal,
): Promise<ReleasePointer> {
  if (pointer.spec.release === commit) return pointer;
  const own = await deps.ownUser(signal);
  const { image: _, ...spec } = pointer.spec;
  const said = `${type} by ${by ?? "somebody"}${reason === undefined ? "" : `: ${reason}`}`;
  const words = (text: string) => text.slice(0, reasonLimit);
  const request = {
    type: "Deploy" as const,
    by: own,
    reason: words(`Found in Git as ${id}. ${said}`),
    automatic: true,
  };
  // A rollback holds its pointer (hold.ts); whether that was lifted since, nobody knows any more.
  const isHeld = type === "Rollback" && spec.hold === undefined;
  const hold = isHeld ? { hold: { by: own, reason: words(said) } } : {};
  return replaceSpec(deps, pointer, { ...spec, release: commit, request, ...hold }, signal);
}

function statusWith(
  { pointer, status }: PointerState,
  ahead: LoggedOfPointer,
  target: ReturnType<typeof targetOf>,
): PointerState["status"] {
  const { id: name, sequence, commit, number, version, digest, gitCommit, path } = ahead;
  const release = { commit, number, digest, ...(version && { version }) };
  const { generation = 1 } = pointer.metadata;
  const { resolved: _, decision: __, previous: ___, ...rest } = status;
  const previous = previousOf(ahead);
  return {
    ...rest,
    deployment: {
      sequence,
      name,
      generations: { from: generation, to: generation },
      ...release,
      target,
    },
    git: { commit: gitCommit, path, deployment: name },
    deployed: release,
    ...(previous && { previous }),
  };
}

function previousOf({ previous, digest: current }: LoggedOfPointer) {
  const { commit, number, version, digest } = previous ?? {};
  if (commit === undefined || number === undefined || digest === undefined) return undefined;
  return digest === current ? undefined : { commit, number, digest, ...(version && { version }) };
}

/** Where a later deployment has been committed, what was taken over is history. */
export function afterAdoption(state: PointerState): void {
  const known = [...state.conditions, ...(state.pointer.status?.conditions ?? [])];
  const before = known.find(({ type }) => type === adoptedCondition);
  if (before?.status !== "True" || state.recorded === undefined) return;
  const message = `${state.recorded} has been deployed since.`;
  state.conditions.push({
    type: adoptedCondition,
    status: "False",
    reason: "DeployedSince",
    message,
  });
}
