import { keyOf } from "../../../controller/kube/index.ts";
import { ForgeError, type Release, type ReleasePointer } from "../../api/index.ts";
import type { ReconcilerDeps } from "../ports.ts";
import { judgeByCache } from "./judgement.ts";

/** How often what waits for its push is judged again. */
const everyMs = 1_000;

/**
 * Takes a deployment back whose push has to wait, for a git server that is down or a branch that
 * is busy, when a rule comes in between: the next look says which one. A push that is on its way
 * may still arrive, and is found by that look.
 */
export async function whileAllowed<T>(
  deps: Pick<ReconcilerDeps, "caches" | "clock">,
  pointer: ReleasePointer,
  release: Release,
  signal: AbortSignal,
  push: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const refused = new AbortController();
  const judge = () => {
    const rules = judgeByCache(deps, asStopped(deps, pointer), release)?.decision.rules ?? [];
    const refusal = rules.find(({ passed }) => !passed);
    if (refusal === undefined) cancel = deps.clock.after(everyMs, judge);
    else {
      const what = `a rule came in while the push had to wait: ${refusal.message}`;
      const hint = "Nothing has to be done: forge looks at it again.";
      refused.abort(new ForgeError("DeploymentOutdated", what, { hint }));
    }
  };
  let cancel = deps.clock.after(everyMs, judge);
  try {
    return await push(AbortSignal.any([signal, refused.signal]));
  } finally {
    cancel();
  }
}

/** What was asked for, with the stop signs as they stand now. */
function asStopped({ caches }: Pick<ReconcilerDeps, "caches">, pointer: ReleasePointer) {
  const { lock: _, hold: __, ...asked } = pointer.spec;
  const now = caches.pointers.get(keyOf(pointer))?.spec ?? pointer.spec;
  const spec = {
    ...asked,
    ...(now.lock && { lock: now.lock }),
    ...(now.hold && { hold: now.hold }),
  };
  return { ...pointer, spec };
}
