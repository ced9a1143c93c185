import { keyOf } from "../../../controller/kube/index.ts";
import { ForgeError, type Release, type ReleasePointer } from "../../api/index.ts";
import type { ReconcilerDeps } from "../ports.ts";
import { readLive } from "../read-live.ts";
import { resources } from "../resources.ts";
import { judgeByCache } from "./judgement.ts";
import { missingPolicies } from "./required-policies.ts";

/** How often a deployment that waits for its push is judged again. */
const everyMs = 1_000;

type StopDeps = Pick<ReconcilerDeps, "caches" | "client" | "clock" | "policies" | "settings">;

/**
 * Pushes a deployment while nothing stops it: the pointer is read once more before, since the
 * attempt began with an older one. A push that has to wait, for a git server that is down or a
 * branch that is busy, is aborted when a stop sign or a rule comes in between; the next attempt
 * reports which one. A push that is in flight may still arrive, and is found by that attempt.
 */
export async function whileAllowed<T>(
  deps: StopDeps,
  pointer: ReleasePointer,
  release: Release,
  signal: AbortSignal,
  push: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const live = await readLive<ReleasePointer>(deps, resources.pointers, keyOf(pointer), signal);
  const reason = stopReason(deps, pointer, live, release);
  if (reason !== undefined) throw outdated(reason);
  const refused = new AbortController();
  const judge = () => {
    const now = deps.caches.pointers.get(keyOf(pointer)) ?? live;
    const found = stopReason(deps, pointer, now, release);
    if (found === undefined) cancel = deps.clock.after(everyMs, judge);
    else refused.abort(outdated(found));
  };
  let cancel = deps.clock.after(everyMs, judge);
  try {
    return await push(AbortSignal.any([signal, refused.signal]));
  } finally {
    cancel();
  }
}

function outdated(reason: string): ForgeError {
  return new ForgeError("DeploymentOutdated", `the deployment was stopped: ${reason}`, {
    hint: "Nothing has to be done: forge looks at it again.",
  });
}

/** Why what a pointer asked for is not pushed now; undefined where nothing stops it. */
function stopReason(
  deps: StopDeps,
  pointer: ReleasePointer,
  now: ReleasePointer | undefined,
  release: Release,
): string | undefined {
  const isGone = now === undefined || now.metadata.uid !== pointer.metadata.uid;
  if (isGone || now.metadata.deletionTimestamp !== undefined) return "the pointer was deleted";
  if (now.spec.suspend) return "spec.suspend of the pointer was set";
  const rules = judgeByCache(deps, asStopped(pointer, now), release)?.decision.rules ?? [];
  return rules.find(({ passed }) => !passed)?.message ?? missingPolicies(deps);
}

/** What was asked for, with the stop signs as they stand now. */
function asStopped(pointer: ReleasePointer, { spec: { lock, hold } }: ReleasePointer) {
  const { lock: _, hold: __, ...asked } = pointer.spec;
  return { ...pointer, spec: { ...asked, ...(lock && { lock }), ...(hold && { hold }) } };
}
