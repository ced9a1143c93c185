import type { Clock } from "./ports.ts";

export interface DeadlineOptions {
  readonly clock: Clock;
  readonly timeoutMs: number;
  /** What `work`'s signal is aborted with when time is up. */
  readonly timeoutReason: () => Error;
  /** The caller's own signal; its reason is handed on. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs work under a signal that aborts when the caller's does or when time is up. Unlike
 * AbortSignal.any it leaves no listener behind on a caller's signal that lives as long as the
 * process. It asks, and does not abandon: the answer comes when the work ends.
 */
export async function withDeadline<T>(
  options: DeadlineOptions,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const { signal: outer } = options;
  outer?.throwIfAborted();
  const controller = new AbortController();
  const onAbort = () => controller.abort(outer?.reason);
  const cancel = options.clock.after(options.timeoutMs, () =>
    controller.abort(options.timeoutReason()),
  );
  outer?.addEventListener("abort", onAbort, { once: true });
  try {
    return await work(controller.signal);
  } finally {
    cancel();
    outer?.removeEventListener("abort", onAbort);
  }
}
