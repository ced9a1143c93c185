import type { ConditionUpdate, Outcome, Reconciler } from "../../controller/index.ts";
import { isConflict, isNotFound } from "../../controller/kube/index.ts";
import {
  type Environment,
  ForgeError,
  projectPath,
  type Release,
  type ReleasePointer,
  releasePointerKind,
} from "../api/index.ts";
import { type Decision, evaluate } from "../policy/index.ts";
import { resolveRelease } from "../query/index.ts";
import { deploy, recordCommit } from "./deployment.ts";
import { planDeployment } from "./deployment-plan.ts";
import { ownedFields, type PointerState, pointerFieldManager } from "./pointer-state.ts";
import type { ReconcilerDeps } from "./ports.ts";
import { repositoryOf } from "./release-content.ts";
import { byAge, indexValue, placeOf, resources } from "./resources.ts";
import { conditionsOf, type Report, recordTransition, reportOf, writeStatus } from "./status.ts";

/**
 * Moves a pointer: resolves the release, asks the policy, and hands an allowed move to the
 * deployment. What is refused says why, in words and as a reason, and touches nothing.
 */
export function createReleasePointerReconciler(deps: ReconcilerDeps): Reconciler {
  return {
    reconcile: async (key, { signal }) => {
      const pointer = deps.caches.pointers.get(key);
      if (pointer === undefined || pointer.metadata.deletionTimestamp || pointer.spec.suspend) {
        return { type: "done" };
      }
      const state: PointerState = { pointer, status: pointer.status ?? {}, conditions: [] };
      try {
        const found = await move(deps, pointer, state, signal);
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
  const release = resolve(deps, pointer, state);
  const { environment, decision } = await judge(deps, pointer, release, state, signal);
  state.status = { ...state.status, decision };
  state.conditions.push(allowedCondition(decision));
  if (!decision.allowed) return refusal(decision);
  await deploy(deps, { release, environment }, state, signal);
  const { git, deployed } = state.status;
  const message = `Release ${deployed?.number} is in ${pointer.spec.environment} by commit ${git?.commit}.`;
  state.conditions.push({ type: "Committed", status: "True", reason: "Committed", message });
  return { readiness: "ready", reason: "Committed", message, outcome: { type: "done" } };
}

/** Pins the release that the pointer asks for. */
function resolve(
  deps: ReconcilerDeps,
  { metadata, spec }: ReleasePointer,
  state: PointerState,
): Release {
  const path = projectPath(spec.repository, spec.project);
  const releases = deps.caches.releases.byIndex("project", indexValue(metadata.namespace, path));
  try {
    const release = resolveRelease(spec.release, releases);
    const { number, image } = release.status ?? {};
    if (number === undefined || image === undefined) throw new TypeError("ready without an image");
    checkImage(spec, release);
    const { name } = release.metadata;
    const { commit, version } = release.spec;
    const resolved = { name, commit, number, digest: image.digest, ...(version && { version }) };
    state.status = { ...state.status, resolved };
    const message = `${spec.release} is release ${number}, ${image.digest}.`;
    state.conditions.push({ type: "Resolved", status: "True", reason: "Resolved", message });
    return release;
  } catch (error) {
    const { resolved: _, decision: __, ...rest } = state.status;
    state.status = rest;
    if (error instanceof ForgeError) {
      const { code: reason, message } = error;
      state.conditions.push({ type: "Resolved", status: "False", reason, message });
    }
    throw error;
  }
}

/** An image in the spec is a promise that the identifier still means what it meant. */
function checkImage(spec: ReleasePointer["spec"], { status }: Release): void {
  if (spec.image === undefined || status?.image === undefined) return;
  const { repository, digest } = spec.image;
  const found = { repository: repositoryOf(status.image.ref), digest: status.image.digest };
  for (const field of ["repository", "digest"] as const) {
    const wanted = { repository, digest }[field];
    if (wanted === found[field]) continue;
    throw new ForgeError(
      "InvalidObject",
      `ReleasePointer: spec.image.${field}: ${spec.release} resolves to ${found[field]}, not to ${wanted}`,
      { hint: "Remove spec.image, or name the release that has this image." },
    );
  }
}

/**
 * By the cache, unless the pointer is about to move: then the Environment is read live, since a
 * lock set a moment ago must hold. What the cache does not show yet its watch will bring.
 */
async function judge(
  deps: ReconcilerDeps,
  pointer: ReleasePointer,
  release: Release,
  { status }: PointerState,
  signal: AbortSignal,
): Promise<{ environment: Environment; decision: Decision }> {
  const { namespace } = pointer.metadata;
  const cached = deps.caches.environments.get({ namespace, name: pointer.spec.environment });
  if (cached !== undefined && status.resolved !== undefined) {
    const decision = evaluate({ environment: cached, release, pointer });
    const { type } = planDeployment(status, status.resolved.digest);
    if (type === "settled" || !decision.allowed) return { environment: cached, decision };
  }
  const environment = await readEnvironment(deps, pointer, signal);
  return { environment, decision: evaluate({ environment, release, pointer }) };
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

function allowedCondition({ allowed, rules }: Decision): ConditionUpdate {
  if (allowed) {
    const message = `All ${rules.length} rules let the release in.`;
    return { type: "Allowed", status: "True", reason: "Allowed", message };
  }
  const { reason, message } = refusal({ allowed, rules });
  return { type: "Allowed", status: "False", reason, message };
}

function refusal({ rules }: Decision): Report {
  const refused = rules.filter(({ passed }) => !passed);
  const message = refused.map((verdict) => verdict.message).join(" ");
  return stalled(refused[0]?.reason ?? "Refused", message);
}

function stalled(reason: string, message: string): Report {
  return { readiness: "stalled", reason, message, outcome: { type: "stall", reason, message } };
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
  const { pointer, status, conditions } = state;
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
  recordTransition(deps, pointer, found, pointer.spec.request?.type ?? "Deploy");
  return found.outcome;
}
