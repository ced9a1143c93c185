/** A clock that jumps, and a timer's own limit, are no reason to sleep for weeks. */
const longestSleepMs = 24 * 60 * 60_000;

/** How long to sleep until an instant, in milliseconds: a day at most, and never not at all. */
export function sleepUntil(instantMs: number, nowMs: number): number {
  return Math.min(Math.max(instantMs - nowMs, 1), longestSleepMs);
}
