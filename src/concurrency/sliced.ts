import { setImmediate as nextTurn } from "node:timers/promises";

/** Work in slices: it yields where the event loop may turn, and returns its result. */
export type Sliced<Result> = Generator<undefined, Result, undefined>;

/**
 * Runs sliced work to its end. The event loop turns between two slices, so that timers, probes and
 * other requests go on.
 * @throws the signal's reason once it is aborted; what the work throws
 */
export async function inSlices<Result>(work: Sliced<Result>, signal: AbortSignal): Promise<Result> {
  for (;;) {
    signal.throwIfAborted();
    const slice = work.next();
    if (slice.done) return slice.value;
    await nextTurn();
  }
}

/** Runs sliced work without a pause: for input whose size the caller has bounded. */
export function atOnce<Result>(work: Sliced<Result>): Result {
  for (;;) {
    const slice = work.next();
    if (slice.done) return slice.value;
  }
}
