import { type Condition, ForgeError, type ReleasePointer } from "../api/index.ts";
import { isPending, refusalsOf } from "../requests/index.ts";
import { nextStep, releaseText } from "./decision-text.ts";
import { Progress } from "./output/progress.ts";
import type { KindName, Kinds } from "./ports.ts";
import type { Session } from "./session.ts";

/** Where a pointer stands on the way to what it asks for. */
export type Standing =
  | { readonly state: "done" }
  | { readonly state: "waiting"; readonly text: string }
  | { readonly state: "failed"; readonly error: ForgeError };

/**
 * @param release what spec.release said when the wait began: another one is another request
 * @param generation the least that the controller must have seen
 */
export function standingOf(
  pointer: ReleasePointer | undefined,
  { release, generation }: { readonly release: string; readonly generation: number },
): Standing {
  if (pointer === undefined) {
    return failed("PointerChanged", "the pointer was deleted meanwhile");
  }
  const { spec, status } = pointer;
  if (spec.release !== release) {
    const by = spec.request?.by ?? "somebody";
    return failed(
      "PointerChanged",
      `release ${release} was passed by: ${by} asked for ${spec.release} since`,
    );
  }
  const seen = status?.observedGeneration ?? 0;
  const ready = conditionOf(pointer, "Ready");
  if (seen < generation || ready === undefined) {
    return { state: "waiting", text: "forge has not looked at it yet" };
  }
  const isThere = status?.resolved?.digest === status?.deployed?.digest;
  if (ready.status === "True" && isThere) return { state: "done" };
  if (conditionOf(pointer, "Stalled")?.status !== "True") {
    return { state: "waiting", text: `${ready.reason}: ${ready.message}` };
  }
  return stalledStanding(pointer, ready);
}

function stalledStanding(pointer: ReleasePointer, ready: Condition): Standing {
  const { spec, status } = pointer;
  const { decision, resolved } = status ?? {};
  // A deployment that begins writes the decision that lets it, ahead of its conditions.
  if (decision?.allowed && conditionOf(pointer, "Allowed")?.status === "False") {
    return { state: "waiting", text: "it is let in, and being committed" };
  }
  if (decision === undefined || decision.allowed) {
    return failed("DeploymentFailed", `${ready.reason}: ${ready.message}`);
  }
  if (isPending(decision)) return { state: "waiting", text: `${ready.reason}: ${ready.message}` };
  const error = new ForgeError("DeploymentRefused", `${ready.reason}: ${ready.message}`, {
    hint: nextStep(refusalsOf(decision), spec, resolved?.number),
  });
  return { state: "failed", error };
}

function failed(code: "PointerChanged" | "DeploymentFailed", message: string): Standing {
  return { state: "failed", error: new ForgeError(code, message) };
}

function conditionOf({ status }: ReleasePointer, type: string): Condition | undefined {
  return status?.conditions?.find((condition) => condition.type === type);
}

/**
 * Waits until what the pointer asks for is committed, with each step of the way on stderr.
 * @throws ForgeError DeploymentRefused, DeploymentFailed, PointerChanged; DeploymentPending when
 * the time is over
 */
export async function awaitDeployment(
  session: Session,
  pointer: ReleasePointer,
  timeoutMs: number,
): Promise<ReleasePointer> {
  const { metadata, spec } = pointer;
  const goal = { release: spec.release, generation: metadata.generation };
  const found = await follow(
    session,
    { kind: "ReleasePointer", name: metadata.name, timeoutMs },
    (now) => standingOf(now, goal),
  );
  if (found !== undefined) return found;
  const { environment, project } = spec;
  const now = await session.backend.get("ReleasePointer", metadata.name);
  const standing = standingOf(now, goal);
  const text = standing.state === "waiting" ? standing.text : "its state changed just now";
  const asked = releaseText({ number: now.status?.resolved?.number });
  throw new ForgeError("DeploymentPending", `${asked} is not in ${environment} yet: ${text}`, {
    hint: now.status?.decision
      ? nextStep(refusalsOf(now.status.decision), spec, now.status.resolved?.number)
      : `Wait longer with: forge wait ${environment} ${project}`,
  });
}

/**
 * Follows an object until it stands where it should, and returns it; undefined when time is over.
 * Ctrl-C ends it with the reason of the terminal's signal.
 */
export async function follow<K extends KindName>(
  { backend, terminal }: Session,
  {
    kind,
    name,
    timeoutMs,
  }: { readonly kind: K; readonly name: string; readonly timeoutMs: number },
  judge: (object: Kinds[K] | undefined) => Standing,
): Promise<Kinds[K] | undefined> {
  const progress = new Progress(terminal);
  const over = AbortSignal.timeout(timeoutMs);
  const signal = AbortSignal.any([terminal.signal, over]);
  try {
    for await (const object of backend.follow(kind, name, signal)) {
      const standing = judge(object);
      if (standing.state === "failed") throw standing.error;
      if (standing.state === "done") return object;
      progress.show(standing.text);
    }
  } finally {
    progress.end();
  }
  terminal.signal.throwIfAborted();
  return undefined;
}
