import type { Reconciler } from "../../../controller/index.ts";
import type { Key } from "../../../controller/kube/index.ts";
import { ForgeError } from "../../api/index.ts";
import type { ReconcilerDeps } from "../ports.ts";
import { isOurs, projectOf } from "../sharding.ts";
import { targetFor } from "./adoption.ts";
import type { GitComparison } from "./git-comparison.ts";

/** What rests is in no hurry: a git server that is away is not asked for each pointer each second. */
const againMs = 120_000;

/**
 * Compares the pointers that rest with Git, once in the life of a process, beside the pointers'
 * own loop: a git server that does not answer holds up nothing there.
 *
 * @param found is told the key of a pointer that Git is ahead of
 */
export function createGitWatchReconciler(
  deps: ReconcilerDeps,
  comparison: GitComparison,
  found: (key: Key) => void,
): Reconciler {
  return {
    reconcile: async (key, { signal, log }) => {
      const pointer = deps.caches.pointers.get(key);
      if (pointer === undefined) comparison.forget(key);
      if (pointer?.status?.deployment === undefined || pointer.spec.suspend) {
        return { type: "done" };
      }
      if (!isOurs(deps, projectOf(deps, pointer)) || comparison.isCompared(pointer)) {
        return { type: "done" };
      }
      const target = targetFor(deps, pointer);
      if (target === undefined) return { type: "done" };
      try {
        if ((await comparison.compare(pointer, target, signal)) !== undefined) found(key);
        return { type: "done" };
      } catch (error) {
        if (!(error instanceof ForgeError)) throw error;
        log.debug({ code: error.code, reason: error.message }, "pointer not compared with Git");
        const afterMs = againMs * (1 + deps.random());
        return { type: "requeue", afterMs, why: "the pointer file could not be read" };
      }
    },
  };
}
