import type { ConditionUpdate, Outcome, Reconciler } from "../../controller/index.ts";
import { isConflict, isNotFound } from "../../controller/kube/index.ts";
import {
  type Environment,
  ForgeError,
  type Release,
  type ReleasePointer,
  releasePointerKind,
} from "../api/index.ts";
import { type Decision, type DecisionStatus, decisionStatus, evaluate } from "../policy/index.ts";
import { deploy, finishBegun, recordCommit, targetOf } from "./deployment.ts";
import { planDeployment } from "./deployment-plan.ts";
import { isDeployed, resolvePointer } from "./pointer-release.ts";
import { ownedFields, type PointerState, pointerFieldManager } from "./pointer-state.ts";
import type { ReconcilerDeps } from "./ports.ts";
import { byAge, placeOf, resources } from "./resources.ts";
import { invalidShard, isOurs, projectOf } from "./sharding.ts";
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
export function createReleasePointerReconciler(deps: ReconcilerDeps): Reconciler {
  return {
    reconcile: async (key, { signal }) => {
      const pointer = deps.caches.pointers.get(key);
      if (pointer === undefined || pointer.metadata.deletionTimestamp) return { type: "done" };
      const project = projectOf(deps, pointer);
      if (!isOurs(deps, project)) return { type: "done" };
      const state: PointerState = { pointer, status: pointer.status ?? {}, conditions: [] };
      try {
        const found = invalidShard(project) ?? (await move(deps, pointer, state, signal));
        return await report(deps, state, found, signal);
      } catch (error) {
        const failure = reportOf(error);
        if (failure === undefined) throw error;
        const found = waitsForWatch(error) ? awaiting(failure) : failure;
        const outcome = await report(deps, state, found, signal);
        if (found.readiness === "retrying" && found.outcome.type === "done") throw error;
        return outcome;
      }
    },
  };
}

async function move(
  deps: ReconcilerDeps,
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
  const release = resolvePointer(deps, pointer, state);
  const { environment, decision } = await judge(deps, pointer, release, state, signal);
  state.status = { ...state.status, decision: decisionStatus(decision, 1_600) };
  state.conditions.push(allowedCondition(decision));
  // A rule that came later does not undo what was deployed: it is there, and Ready says so.
  if (!decision.allowed && !isSettled(state, environment)) return refusal(decision);
  await deploy(deps, { release, environment }, state, signal);
  const { git, deployed } = state.status;
  const message = `Release ${deployed?.number} is in ${pointer.spec.environment} by commit ${git?.commit}.`;
  state.conditions.push({ type: "Committed", status: "True", reason: "Committed", message });
  return { readiness: "ready", reason: "Committed", message, outcome: { type: "done" } };
}

function isSettled({ status }: PointerState, environment: Environment): boolean {
  const digest = status.resolved?.digest ?? "";
  return planDeployment(status, { digest, target: targetOf(environment) }) === "settled";
}

function suspension(pointer: ReleasePointer): Report {
  if (!isDeployed(pointer)) {
    return stalled("Suspended", "spec.suspend is set: forge leaves the pointer alone.");
  }
  const message = `Release ${pointer.status?.deployed?.number} stays: spec.suspend is set.`;
  return { readiness: "ready", reason: "Suspended", message, outcome: { type: "done" } };
}

/**
 * By the cache, unless the pointer is about to move: then the Environment is read live, since a
 * lock set a moment ago must hold. What the cache does not show yet its watch will bring.
 */
async function judge(
  deps: ReconcilerDeps,
  pointer: ReleasePointer,
  release: Release,
  state: PointerState,
  signal: AbortSignal,
): Promise<{ environment: Environment; decision: Decision }> {
  const { namespace } = pointer.metadata;
  const now = new Date(deps.clock.now());
  const known = { release, pointer, approvals: [], runs: [], now };
  const cached = deps.caches.environments.get({ namespace, name: pointer.spec.environment });
  if (cached !== undefined) {
    const decision = evaluate({ environment: cached, ...known });
    if (isSettled(state, cached) || !decision.allowed) return { environment: cached, decision };
  }
  const environment = await readEnvironment(deps, pointer, signal);
  return { environment, decision: evaluate({ environment, ...known }) };
}

async function readEnvironment(
  deps: ReconcilerDeps,
  { metadata, spec }: ReleasePointer,
  signal: AbortSignal,
): Promise<Environment> {
  const key = { namespace: metadata.namespace, name: spec.environment };
  try {
    return await deps.client.get<Environment>(resources.environments, key, { signal });
  } catch (error) {
    if (!isNotFound(error)) throw error;
    throw new ForgeError("EnvironmentNotFound", `Environment ${spec.environment} does not exist`);
  }
}

function allowedCondition({ allowed, rules }: DecisionStatus): ConditionUpdate {
  if (allowed) {
    const message = `All ${rules.length} rules let the release in.`;
    return { type: "Allowed", status: "True", reason: "Allowed", message };
  }
  const { reason, message } = refusal({ allowed, rules });
  return { type: "Allowed", status: "False", reason, message };
}

function refusal({ rules }: DecisionStatus): Report {
  const refused = rules.filter(({ passed }) => !passed);
  const message = refused.map((verdict) => verdict.message).join(" ");
  return stalled(refused[0]?.reason ?? "Refused", message);
}

/** What is missing comes by a watch: asking again by the clock would find nothing sooner. */
function waitsForWatch(error: unknown): boolean {
  const codes = ["ReleaseNotFound", "ReleaseNotReady", "EnvironmentNotFound"];
  return error instanceof ForgeError && codes.includes(error.code);
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
    await writeStatus(deps, releasePointerKind, pointer, pointerFieldManager, fields, signal);
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
