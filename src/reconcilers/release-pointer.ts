import type { ConditionUpdate, Outcome, Reconciler } from "../../controller/index.ts";
import { isNotFound } from "../../controller/kube/index.ts";
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
import { deploy } from "./deployment.ts";
import { ownedFields, type PointerState, pointerFieldManager } from "./pointer-state.ts";
import type { ReconcilerDeps } from "./ports.ts";
import { byAge, indexValue, placeOf, resources } from "./resources.ts";
import { invalidShard, isOurs, projectOf } from "./sharding.ts";
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
  const release = resolve(deps, pointer, state);
  const environment = await readEnvironment(deps, pointer, signal);
  const decision = evaluate({ environment, release, pointer });
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

/** A digest in the spec is a promise that the identifier still means what it meant. */
function checkImage(spec: ReleasePointer["spec"], { status }: Release): void {
  if (spec.image === undefined || spec.image.digest === status?.image?.digest) return;
  throw new ForgeError(
    "InvalidObject",
    `ReleasePointer: spec.image.digest: ${spec.release} resolves to ${status?.image?.digest}, not to ${spec.image.digest}`,
    { hint: "Remove spec.image, or name the release that has this digest." },
  );
}

/** Read live: a lock set a moment ago must hold. */
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
  { pointer, status, conditions }: PointerState,
  found: Report,
  signal: AbortSignal,
): Promise<Outcome> {
  const fields = {
    ...ownedFields(status),
    observedGeneration: pointer.metadata.generation,
    conditions: conditionsOf(pointer, { ...found, conditions }, new Date(deps.clock.now())),
  };
  await writeStatus(deps, releasePointerKind, pointer, pointerFieldManager, fields, signal);
  recordTransition(deps, pointer, found, pointer.spec.request?.type ?? "Deploy");
  return found.outcome;
}
