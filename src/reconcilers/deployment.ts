/**
 * Carries out one change of a pointer, safe against a kill between any two steps:
 *   1. status.deployment, whole, is written over the resource version that was read;
 *   2. the pointer file, which carries its name, is committed and pushed;
 *   3. status.git and status.deployed say so, in the one write that reports the look.
 * A controller that finds 1 without 3 asks Git first: what is there is recorded, whatever the
 * world asks for by now; what is not there is no deployment. Of two controllers that believe to
 * lead, one fails at 1 with a Conflict; one that was paused behind 1 is refused at 2, since the
 * writer never overwrites a later sequence.
 */
import { isConflict, keyOf } from "../../controller/kube/index.ts";
import {
  deploymentName,
  type Environment,
  type Release,
  type ReleasePointer,
  type ReleasePointerStatus,
  releasePointerKind,
} from "../api/index.ts";
import type { CommitRequest, CurrentDeployment } from "../gitops/index.ts";
import { type Begun, isFinished, planDeployment, sequenceOf } from "./deployment-plan.ts";
import { remoteOptions } from "./git-credentials.ts";
import { ownedFields, type PointerState, pointerFieldManager } from "./pointer-state.ts";
import type { ReconcilerDeps } from "./ports.ts";
import { repositoryOf } from "./release-content.ts";
import { resources } from "./resources.ts";
import { writeStatus } from "./status.ts";

/** A user may change the spec while a push is under way, but hardly as often as this. */
const finishAttempts = 5;

/** A release that may go where a pointer stands. */
export interface Move {
  readonly release: Release;
  readonly environment: Environment;
}

/** Where an environment's pointers go. */
export function targetOf({ spec: { gitOps } }: Environment): Begun["target"] {
  const { url, branch, path, secretRef } = gitOps;
  return { url, branch, path, ...(secretRef && { secretRef }) };
}

/** Records a deployment that was begun and pushed, if an earlier look ended in between. */
export async function finishBegun(
  deps: ReconcilerDeps,
  state: PointerState,
  signal: AbortSignal,
): Promise<void> {
  const { deployment } = state.status;
  if (deployment === undefined || isFinished(state.status)) return;
  const { name, target, digest } = deployment;
  const current = await readCurrent(deps, state.pointer, target, signal, name);
  state.inGit = current;
  if (current?.commit === undefined || current.digest !== digest) return;
  record(state, deployment, { commit: current.commit, path: current.path });
}

/** Brings a release into Git, unless the last commit says it already. */
export async function deploy(
  deps: ReconcilerDeps,
  { release, environment }: Move,
  state: PointerState,
  signal: AbortSignal,
): Promise<void> {
  const { resolved } = state.status;
  if (resolved === undefined) return;
  const target = targetOf(environment);
  const plan = planDeployment(state.status, { digest: resolved.digest, target });
  if (plan === "settled") return;
  if (plan === "begin" || isOvertaken(state)) await begin(deps, target, state, signal);
  const begun = state.status.deployment;
  if (begun === undefined) return;
  const request: CommitRequest = {
    ...(await locationOf(deps, state.pointer, begun.target, signal)),
    author: environment.spec.gitOps.author,
    deployment: describe(state.pointer.spec, begun, release, state.status.deployed),
  };
  const result = await deps.writer.commit(request, signal);
  if (!result.alreadyCommitted) deps.metrics.committed(request.deployment.type);
  record(state, begun, result);
}

/** Whether the file carries a sequence that this one can no longer come before. */
function isOvertaken({ pointer, status, inGit }: PointerState): boolean {
  return sequenceOf(pointer.spec, inGit?.id) >= (status.deployment?.sequence ?? 0);
}

/** Step 1. A pointer goes on counting above what its file says: it may be older than its object. */
async function begin(
  deps: ReconcilerDeps,
  target: Begun["target"],
  state: PointerState,
  signal: AbortSignal,
): Promise<void> {
  const { spec } = state.pointer;
  const { resolved, deployment: last } = state.status;
  if (resolved === undefined) return;
  const isFirst = last === undefined;
  const inGit = isFirst ? await readCurrent(deps, state.pointer, target, signal) : state.inGit;
  const sequence = Math.max(last?.sequence ?? 0, sequenceOf(spec, inGit?.id)) + 1;
  const { identifier: _, name: __, ...pinned } = resolved;
  const deployment: Begun = {
    sequence,
    name: deploymentName(spec.environment, spec.repository, spec.project, sequence),
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

function said(status: ReleasePointerStatus | undefined) {
  return { observedGeneration: status?.observedGeneration, conditions: status?.conditions };
}

/** Step 3, to be written with the report. */
function record(
  state: PointerState,
  { name, commit, number, version, digest }: Begun,
  found: { readonly commit: string; readonly path: string },
): void {
  const { deployed: previous } = state.status;
  state.status = {
    ...state.status,
    git: { commit: found.commit, path: found.path, deployment: name },
    deployed: { commit, number, digest, ...(version && { version }) },
    ...(previous && { previous }),
  };
  state.recorded = name;
}

async function readCurrent(
  deps: ReconcilerDeps,
  pointer: ReleasePointer,
  target: Begun["target"],
  signal: AbortSignal,
  deployment?: string,
): Promise<CurrentDeployment | undefined> {
  const location = await locationOf(deps, pointer, target, signal);
  return deps.writer.currentDeployment(
    { ...location, pointer: pointer.spec, ...(deployment && { deployment }) },
    signal,
  );
}

async function locationOf(
  deps: ReconcilerDeps,
  { metadata }: ReleasePointer,
  target: Begun["target"],
  signal: AbortSignal,
): Promise<Pick<CommitRequest, "remote" | "branch" | "pathTemplate">> {
  const remote = await remoteOptions(deps, metadata.namespace, target, signal);
  return { remote, branch: target.branch, pathTemplate: target.path };
}

function describe(
  { environment, repository, project, request }: ReleasePointer["spec"],
  { name: id, commit, number, version, digest }: Begun,
  release: Release,
  previous: ReleasePointerStatus["deployed"],
): CommitRequest["deployment"] {
  return {
    id,
    environment,
    repository,
    project,
    commit,
    number,
    image: { repository: repositoryOf(release.status?.image?.ref ?? ""), digest },
    type: request?.type ?? "Deploy",
    by: request?.by ?? "unknown",
    ...(version && { version }),
    ...(request?.reason && { reason: request.reason }),
    ...(previous && {
      previous: {
        number: previous.number,
        ...(previous.version && { version: previous.version }),
      },
    }),
  };
}

/**
 * Step 3 where the report's own write was a Conflict: a change of the spec while the push was
 * under way must not lose what was pushed. Does nothing when nothing was.
 */
export async function recordCommit(
  deps: ReconcilerDeps,
  { pointer, recorded, status: { git, deployed, previous } }: PointerState,
  signal: AbortSignal,
): Promise<void> {
  if (recorded === undefined) return;
  for (let attempt = 1; ; attempt++) {
    const live = await deps.client.get<ReleasePointer>(resources.pointers, keyOf(pointer), {
      signal,
    });
    // Another controller went on from here: what it wrote is newer.
    if (live.status?.deployment?.name !== recorded) return;
    const fields = ownedFields({ ...live.status, git, deployed, ...(previous && { previous }) });
    try {
      await writeStatus(
        deps,
        releasePointerKind,
        live,
        pointerFieldManager,
        { ...fields, ...said(live.status) },
        signal,
      );
      return;
    } catch (error) {
      if (!isConflict(error) || attempt === finishAttempts) throw error;
    }
  }
}
