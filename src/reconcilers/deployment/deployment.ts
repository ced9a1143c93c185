/**
 * Carries out one change of a pointer, safe against a kill between any two steps:
 *   1. status.deployment, whole, is written over the resource version that was read;
 *   2. its ReleaseDeployment, the record, is created: pending;
 *   3. the pointer file, which carries its name, is committed and pushed;
 *   4. the record is completed: active;
 *   5. status.git and status.deployed say so, in the one write that reports the look.
 * A controller that finds 1 without 5 asks Git first: what is there is recorded, whatever the
 * world asks for by now; what is not there is no deployment. Of two controllers that believe to
 * lead, one fails at 1 with a Conflict; one that was paused behind 1 is refused at 3, since the
 * writer never overwrites a later sequence. deployment-history.ts ends the records of before.
 */
import { isConflict, keyOf } from "../../../controller/kube/index.ts";
import {
  type Environment,
  type Release,
  type ReleasePointer,
  releasePointerKind,
} from "../../api/index.ts";
import type { CommitRequest } from "../../gitops/index.ts";
import { type Decision, decisionStatus } from "../../policy/index.ts";
import { inSpan } from "../../telemetry/index.ts";
import type { ReconcilerDeps } from "../ports.ts";
import { resources } from "../resources.ts";
import { writeStatus } from "../status.ts";
import { asked, begin, isAnswerToAnother, isOvertaken } from "./deployment-beginning.ts";
import { type Begun, isFinished, planDeployment } from "./deployment-plan.ts";
import { completeRecord, haltRecord, openRecord, type RecordedFacts } from "./deployment-record.ts";
import { describe, locationOf, readCurrent } from "./deployment-request.ts";
import { settleHold } from "./hold.ts";
import { measureDeployment } from "./measured-deployment.ts";
import { ownedFields, type PointerState, pointerFieldManager, said } from "./pointer-state.ts";
import { requireImage } from "./required-image.ts";
import { whileAllowed } from "./while-allowed.ts";

/** A user may change the spec while a push is under way, but hardly as often as this. */
const finishAttempts = 5;

/** A record is read by people alone: it keeps more than a status, which watches carry about. */
const recordedDecisionBytes = 6_000;

/** A release that may go where a pointer stands. */
export interface Move {
  readonly release: Release;
  readonly environment: Environment;
  readonly decision: Decision;
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
  // What ran before ran until then, and not until this controller was started again.
  const { commit, path, time } = current;
  await complete(deps, state, deployment, { commit, path, ...(time && { time }) }, signal);
}

/** Brings a release into Git, unless the last commit says it already. */
export async function deploy(
  deps: ReconcilerDeps,
  { release, environment, decision }: Move,
  state: PointerState,
  signal: AbortSignal,
): Promise<void> {
  const { resolved } = state.status;
  if (resolved === undefined) return;
  const target = targetOf(environment);
  const plan = planDeployment(state.status, { digest: resolved.digest, target });
  if (plan === "settled") return;
  await requireImage(deps, release, signal);
  const isReplaced = plan === "resume" && isAnswerToAnother(deps, state);
  // Another target alone is no word of anybody.
  if (isReplaced || resolved.digest !== state.status.deployment?.digest) {
    state.pointer = await settleHold(deps, state.pointer, signal);
  }
  if (plan === "begin" || isReplaced || isOvertaken(state)) {
    await begin(deps, target, state, signal);
  }
  const begun = state.status.deployment;
  if (begun === undefined) return;
  await openRecord(deps, state.pointer, begun, factsOf(state, decision), signal);
  const request: CommitRequest = {
    ...(await locationOf(deps, state.pointer, begun.target, signal)),
    author: environment.spec.gitOps.author,
    deployment: describe(state.pointer.spec, begun, release, state.status.deployed),
  };
  const startedAt = deps.clock.monotonic();
  const result = await inSpan(state.span, "commit", (span) => {
    span.set({ "forge.deployment": begun.name, "forge.release.number": begun.number });
    return whileAllowed(deps, state.pointer, release, signal, (allowed) =>
      deps.writer.commit({ ...request, span }, allowed),
    );
  });
  if (!result.alreadyCommitted) {
    const seconds = (deps.clock.monotonic() - startedAt) / 1_000;
    deps.metrics.committed(request.deployment.type, seconds);
  }
  await complete(deps, state, begun, result, signal);
}

function factsOf(
  { pointer, status: { deployed } }: PointerState,
  decision: Decision,
): RecordedFacts {
  return {
    request: asked(pointer),
    decision: decisionStatus(decision, recordedDecisionBytes),
    approvals: decision.approvals.map(({ name, approver }) => ({ name, approver })),
    ...(deployed && { previous: deployed }),
  };
}

/** Says in the record of a deployment that was begun, and is not in Git, what is in its way. */
export async function haltBegun(
  deps: ReconcilerDeps,
  { pointer, status }: PointerState,
  outcome: "Blocked" | "Failed",
  message: string,
  signal: AbortSignal,
): Promise<void> {
  const { deployment } = status;
  if (deployment === undefined || isFinished(status)) return;
  const key = { namespace: pointer.metadata.namespace, name: deployment.name };
  const record = deps.caches.deployments.get(key);
  if (record === undefined || record.status?.outcome === outcome) return;
  await haltRecord(deps, key, outcome, message, signal);
}

/** Step 4, and what step 5 writes with the report. */
async function complete(
  deps: ReconcilerDeps,
  state: PointerState,
  begun: Begun,
  found: { readonly commit: string; readonly path: string; readonly time?: string },
  signal: AbortSignal,
): Promise<void> {
  const { name, commit, number, version, digest } = begun;
  const { namespace } = state.pointer.metadata;
  const known = deps.caches.deployments.get({ namespace, name });
  await completeRecord(deps, { namespace, name }, found, signal);
  if (known?.status?.committedAt === undefined) {
    measureDeployment(deps, state.pointer, begun, found.time);
  }
  const { deployed: previous } = state.status;
  state.status = {
    ...state.status,
    git: { commit: found.commit, path: found.path, deployment: name },
    deployed: { commit, number, digest, ...(version && { version }) },
    // What was only moved to another place in Git is no release to go back to.
    ...(previous && previous.digest !== digest && { previous }),
  };
  state.recorded = name;
}

/**
 * Step 5 where the report's own write was a Conflict: a change of the spec while the push was
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
