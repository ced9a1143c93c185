import type { ConditionUpdate, Outcome, Reconciler } from "../../controller/index.ts";
import { isConflict } from "../../controller/kube/index.ts";
import {
  type Environment,
  ForgeError,
  type Project,
  type Release,
  type ReleasePointer,
  type ReleasePointerStatus,
  releasePointerKind,
} from "../api/index.ts";
import { type Decision, decisionStatus } from "../policy/index.ts";
import { adoptFromGit, afterAdoption } from "./adoption.ts";
import { limits } from "./bounded-status.ts";
import { deploy, finishBegun, haltBegun, recordCommit, targetOf } from "./deployment.ts";
import { planDeployment } from "./deployment-plan.ts";
import type { GitComparison } from "./git-comparison.ts";
import { type Judgement, judgeByCache, judgeLive } from "./judgement.ts";
import { OwnWrites } from "./own-writes.ts";
import { isDeployed, resolvePointer } from "./pointer-release.ts";
import { ownedFields, type PointerState, pointerFieldManager } from "./pointer-state.ts";
import type { ReconcilerDeps } from "./ports.ts";
import { byAge, placeOf } from "./resources.ts";
import { invalidShard, isOurs, projectOf } from "./sharding.ts";
import { sleepUntil } from "./sleep-until.ts";
import {
  conditionsOf,
  type Report,
  recordTransition,
  reportOf,
  stalled,
  writeStatus,
} from "./status.ts";
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
    reconcile: async (key, { signal }) => {
      const pointer = known.get(key);
      if (pointer === undefined || pointer.metadata.deletionTimestamp) return { type: "done" };
      const project = projectOf(deps, pointer);
      if (!isOurs(deps, project)) return { type: "done" };
      const state: PointerState = { pointer, status: pointer.status ?? {}, conditions: [] };
      try {
        return await look(deps, comparison, project, pointer, state, signal);
      } finally {
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

function suspension(pointer: ReleasePointer): Report {
  if (!isDeployed(pointer)) {
    return stalled("Suspended", "spec.suspend is set: forge leaves the pointer alone.");
  }
  const message = `Release ${pointer.status?.deployed?.number} stays: spec.suspend is set.`;
  return { readiness: "ready", reason: "Suspended", message, outcome: { type: "done" } };
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
  return judgeLive(deps, pointer, release, signal);
}

function allowedCondition(decision: Decision, now: Date): ConditionUpdate {
  if (decision.allowed) {
    const message = `All ${decision.rules.length} rules let the release in.`;
    return { type: "Allowed", status: "True", reason: "Allowed", message };
  }
  const { reason, message } = refusal(decision, now);
  return { type: "Allowed", status: "False", reason, message };
}

/** What only people can change is stalled; what time changes is looked at again by then. */
function refusal({ rules, changesAt }: Decision, now: Date): Report {
  const refused = rules.filter(({ passed }) => !passed);
  const message = refused.map((verdict) => verdict.message).join(" ");
  const reason = refused[0]?.reason ?? "Refused";
  if (changesAt === undefined) return stalled(reason, message);
  const afterMs = sleepUntil(Date.parse(changesAt), now.getTime());
  const why = "time alone may change the decision";
  return { readiness: "retrying", reason, message, outcome: { type: "requeue", afterMs, why } };
}

/** What is missing comes by a watch: asking again by the clock would find nothing sooner. */
function waitsForWatch(error: unknown): boolean {
  const codes = ["ReleaseNotFound", "ReleaseNotReady", "EnvironmentNotFound"];
  return error instanceof ForgeError && codes.includes(error.code);
}

/** What is tried again, but hardly goes better before a person did something. */
function needsMending(error: unknown): boolean {
  const passing = ["Timeout", "GitUnreachable", "ReleaseNotReady"];
  return error instanceof ForgeError && !passing.includes(error.code);
}

function awaiting(failure: Report): Report {
  return { ...failure, outcome: { type: "wait", on: failure.reason } };
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
