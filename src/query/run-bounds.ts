/**
 * When a run began and ended, for decisions. The time of a commit is a claim of whoever pushed it:
 * it is used within the bounds that forge and the API server observed, and never alone.
 */
import type { ReleaseDeployment } from "../api/index.ts";

export type RunRecord = Pick<ReleaseDeployment, "metadata" | "status">;

/**
 * Since when a run counts. A record from before `countsFrom` existed counts from its commit, but
 * not from before the API server stored the record, and not from the future.
 *
 * @returns undefined when the deployment never reached Git
 */
export function runStart({ metadata, status }: RunRecord, now: Date): Date | undefined {
  const { countsFrom, committedAt } = status ?? {};
  const stored = readTime(metadata.creationTimestamp);
  if (countsFrom !== undefined) return later(readTime(countsFrom), stored);
  if (committedAt === undefined) return undefined;
  const claimed = readTime(committedAt);
  return later(claimed > now ? undefined : claimed, stored);
}

/**
 * The latest moment at which the run before a deployment still counts: when forge first knew of
 * the deployment's commit, or the commit's own time where that is earlier and the record existed.
 *
 * @returns undefined when the deployment never reached Git
 */
export function replacedAt(next: RunRecord, now: Date): Date | undefined {
  const { countsFrom, committedAt } = next.status ?? {};
  const start = runStart(next, now);
  if (countsFrom === undefined || committedAt === undefined || start === undefined) return start;
  return earlier(start, later(readTime(committedAt), readTime(next.metadata.creationTimestamp)));
}

/** The earlier of two times; an absent one is no bound. */
export function earlier(a: Date | undefined, b: Date | undefined): Date | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return a < b ? a : b;
}

/** The later of two times; an absent one is no bound. */
export function later(a: Date | undefined, b: Date): Date {
  return a !== undefined && a > b ? a : b;
}

/** A time that cannot be read is the end of time: nothing has run since then. */
function readTime(text: string): Date {
  const time = Date.parse(text);
  return new Date(Number.isNaN(time) ? 8.64e15 : time);
}
