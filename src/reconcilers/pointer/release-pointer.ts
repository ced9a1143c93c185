import type { Outcome, Reconciler } from "../../../controller/index.ts";
import { isConflict } from "../../../controller/kube/index.ts";
import {
  byAge,
  type Environment,
  type Project,
  type Release,
  type ReleasePointer,
  type ReleasePointerStatus,
  releasePointerKind,
} from "../../api/index.ts";
import { decisionStatus } from "../../policy/index.ts";
import { inSpan, noSpan } from "../../telemetry/index.ts";
import { limits } from "../bounded-status.ts";
import {
  deploy,
  finishBegun,
  haltBegun,
  recordCommit,
  targetOf,
} from "../deployment/deployment.ts";
import { planDeployment } from "../deployment/deployment-plan.ts";
import { type Judgement, judgeByCache, judgeLive } from "../deployment/judgement.ts";
import { trackPlace } from "../deployment/measured-deployment.ts";
import {
  ownedFields,
  type PointerState,
  pointerFieldManager,
} from "../deployment/pointer-state.ts";
import { missingPolicies } from "../deployment/required-policies.ts";
import { OwnWrites } from "../own-writes.ts";
import type { ReconcilerDeps } from "../ports.ts";
import { deploymentSpan } from "../request-span.ts";
import { placeOf } from "../resources.ts";
import { invalidShard, isOurs, projectOf } from "../sharding.ts";
import {
  conditionsOf,
  type Report,
  recordTransition,
  reportOf,
  stalled,
  writeStatus,
} from "../status.ts";
import { adoptFromGit, afterAdoption } from "./adoption.ts";
import type { GitComparison } from "./git-comparison.ts";
import { resolvePointer } from "./pointer-release.ts";
import {
  allowedCondition,
  awaiting,
  needsMending,
  refusal,
  suspension,
  waitsForWatch,
  withoutPolicies,
} from "./pointer-report.ts";
/**
 * Moves a pointer: records what an earlier look left in Git, resolves the release, asks the
 * policy, and hands an allowed move to the deployment. What is refused says why, in words and as a
 * reason, and touches nothing.
 */
export function createReleasePointerReconciler(
  deps: ReconcilerDeps,
  comparison: GitComparison,
): Reconciler {
  const known = new OwnWrites(deps.caches.pointers);
  return {
    reconcile: async (key, { signal, log }) => {
      const pointer = known.get(key);
      if (pointer === undefined || pointer.metadata.deletionTimestamp) return { type: "done" };
      const project = projectOf(deps, pointer);
      if (!isOurs(deps, project)) return { type: "done" };
      trackPlace(deps, pointer);
      const { status = {} } = pointer;
      const state: PointerState = { pointer, status, conditions: [], log, span: noSpan };
      try {
        return await look(deps, comparison, project, pointer, state, signal);
      } finally {
        state.span.end(state.failure);
        if (state.pointer !== pointer) known.remember(state.pointer);
      }
    },
  };
}

async function look(
  deps: ReconcilerDeps,
  comparison: GitComparison,
  project: Project | undefined,
  pointer: ReleasePointer,
  state: PointerState,
  signal: AbortSignal,
): Promise<Outcome> {
  try {
    const found = invalidShard(project) ?? (await move(deps, comparison, pointer, state, signal));
    return await report(deps, state, found, signal);
  } catch (error) {
    state.failure = error;
    const failure = reportOf(error);
    if (failure === undefined) throw error;
    const found = waitsForWatch(error) ? awaiting(failure) : failure;
    if (needsMending(error)) {
      await haltBegun(deps, state, "Failed", found.message, signal);
    }
    const outcome = await report(deps, state, found, signal);
    if (found.readiness === "retrying" && found.outcome.type === "done") throw error;
    return outcome;
  }
}

async function move(
  deps: ReconcilerDeps,
  comparison: GitComparison,
  pointer: ReleasePointer,
  state: PointerState,
  signal: AbortSignal,
): Promise<Report> {
  const [first] = deps.caches.pointers.byIndex("place", placeOf(pointer)).toSorted(byAge);
  if (first !== undefined && first.metadata.uid !== pointer.metadata.uid) {
    const message = `ReleasePointer ${first.metadata.name} is older and stands for the same project in ${pointer.spec.environment}.`;
    return stalled("Duplicate", message);
  }
  if (pointer.spec.suspend) return suspension(pointer);
  await finishBegun(deps, state, signal);
  const adopted = await adoptFromGit(deps, comparison, state, signal);
  if (adopted !== undefined) return adopted;
  const before = state.status.resolved;
  const release = resolvePointer(deps, pointer, state);
  recordSuperseded(deps, state, before);
  const { environment, decision } = await judge(deps, pointer, release, state, signal);
  const now = new Date(deps.clock.now());
  state.status = { ...state.status, decision: decisionStatus(decision, limits.decisionBytes) };
  state.conditions.push(allowedCondition(decision, now));
  // A rule that came later does not undo what was deployed: it is there, and Ready says so.
  if (!decision.allowed && !isSettled(state, environment)) {
    const found = refusal(decision, now);
    countRefusal(deps, pointer, found.reason);
    await haltBegun(deps, state, "Blocked", found.message, signal);
    return found;
  }
  const policies = missingPolicies(deps);
  if (policies !== undefined && !isSettled(state, environment)) {
    await haltBegun(deps, state, "Blocked", policies, signal);
    return withoutPolicies(policies);
  }
  await deploy(deps, { release, environment, decision }, state, signal);
  const { git, deployed } = state.status;
  const message = `Release ${deployed?.number} is in ${pointer.spec.environment} by commit ${git?.commit}.`;
  state.conditions.push({ type: "Committed", status: "True", reason: "Committed", message });
  afterAdoption(state);
  return { readiness: "ready", reason: "Committed", message, outcome: { type: "done" } };
}

/** Once for each time that the reason changes, however often the pointer is looked at. */
function countRefusal({ metrics }: ReconcilerDeps, pointer: ReleasePointer, reason: string): void {
  const before = pointer.status?.conditions?.find(({ type }) => type === "Allowed");
  if (before?.status !== "False" || before.reason !== reason) metrics.refused(reason);
}

function isSettled({ status }: PointerState, environment: Environment): boolean {
  const digest = status.resolved?.digest ?? "";
  return planDeployment(status, { digest, target: targetOf(environment) }) === "settled";
}

/** What was asked for, and never carried out, is not forgotten without a word. */
function recordSuperseded(
  deps: ReconcilerDeps,
  { pointer, status }: PointerState,
  before: ReleasePointerStatus["resolved"],
): void {
  const { resolved, deployed } = status;
  if (before === undefined || before.commit === resolved?.commit) return;
  if (before.digest === deployed?.digest) return;
  const note = `Release ${before.number}, asked for and not deployed, was superseded by release ${resolved?.number}.`;
  deps.events.record(pointer, { type: "Normal", reason: "Superseded", action: "Resolve", note });
}

/** By the caches, unless the pointer is about to move. */
async function judge(
  deps: ReconcilerDeps,
  pointer: ReleasePointer,
  release: Release,
  state: PointerState,
  signal: AbortSignal,
): Promise<Judgement> {
  const cached = judgeByCache(deps, pointer, release);
  if (cached !== undefined && (isSettled(state, cached.environment) || !cached.decision.allowed)) {
    return cached;
  }
  state.span = deploymentSpan(deps, pointer);
  return inSpan(state.span, "decision", async (span) => {
    const judgement = await judgeLive(deps, pointer, release, signal);
    span.set({ "forge.decision.allowed": judgement.decision.allowed });
    return judgement;
  });
}

async function report(
  deps: ReconcilerDeps,
  state: PointerState,
  found: Report,
  signal: AbortSignal,
): Promise<Outcome> {
  const { pointer, status, conditions, recorded } = state;
  const fields = {
    ...ownedFields(status),
    observedGeneration: pointer.metadata.generation,
    conditions: conditionsOf(pointer, { ...found, conditions }, new Date(deps.clock.now())),
  };
  try {
    state.pointer = await writeStatus(
      deps,
      releasePointerKind,
      pointer,
      pointerFieldManager,
      fields,
      signal,
    );
  } catch (error) {
    // The spec was changed while the push was under way: what was pushed is said all the same,
    // and the new spec is looked at next.
    if (isConflict(error)) await recordCommit(deps, state, signal);
    throw error;
  }
  const action = pointer.spec.request?.type ?? "Deploy";
  if (recorded === undefined) {
    recordTransition(deps, pointer, found, action);
  } else {
    const { deployed, git } = status;
    state.log.info(
      { deployment: recorded, release: deployed?.number, commit: git?.commit },
      "deployment committed",
    );
    const note = `Release ${status.deployed?.number} was committed as ${status.git?.commit} (${recorded}).`;
    deps.events.record(pointer, {
      type: "Normal",
      reason: "Committed",
      action,
      note,
    });
  }
  return found.outcome;
}
