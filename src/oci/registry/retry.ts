import type { Logger } from "../../telemetry/index.ts";
import { TransientFailure } from "./transient-failure.ts";

export interface RetryDeps {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** Rejects with the signal's reason when it is aborted. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly log: Pick<Logger, "debug">;
}

export const tries = 5;
const baseMs = 250;
const capMs = 3_000;
/** A registry that asks for more patience than this is left to the caller's own schedule. */
const longestWaitMs = 30_000;

/**
 * Runs an operation again after each TransientFailure. The operation must be safe to repeat as a
 * whole: all of the registry's are, since blobs and manifests are named by their content.
 */
export async function retrying<Result>(
  operation: () => Promise<Result>,
  deps: RetryDeps,
  signal: AbortSignal,
): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await operation();
    } catch (failure) {
      signal.throwIfAborted();
      if (!(failure instanceof TransientFailure)) throw failure;
      const waitMs = failure.afterMs ?? backoffMs(attempt, deps.random());
      if (attempt === tries || waitMs > longestWaitMs) throw failure.error;
      deps.log.debug({ attempt, waitMs, error: failure.error }, "registry request is tried again");
      await deps.sleep(waitMs, signal);
    }
  }
}

/** Doubles from the base to the cap, ±10 % so that clients that failed together do not come back together. */
export function backoffMs(attempt: number, random: number): number {
  return Math.min(capMs, baseMs * 2 ** (attempt - 1)) * (0.9 + 0.2 * random);
}
