import { setTimeout as wait } from "node:timers/promises";
import { type GitRemote, openRemote, type RemoteOptions } from "../git/index.ts";
import type { Logger, PushResult } from "../telemetry/index.ts";
import { releasePointerFormat } from "./pointer/pointer-file.ts";
import type { PointerFormat } from "./ports.ts";

export interface WriterOptions {
  /** Milliseconds since the epoch; the commits' time. */
  readonly now?: () => number;
  /** From 0 to 1, for jitter. */
  readonly random?: () => number;
  /** Resolves after the time, or earlier once the signal aborts. */
  readonly sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly openRemote?: (options: RemoteOptions) => GitRemote;
  readonly format?: PointerFormat;
  readonly log?: Pick<Logger, "debug" | "warn"> | undefined;
  /** Told of each push, and how many commits were in it. */
  readonly onPush?: (result: PushResult, commits: number) => void;
  /** Branches whose trees are kept in memory; the one that rested longest makes room. */
  readonly maxBranches?: number;
}

export const defaultWriterOptions: Required<WriterOptions> = {
  now: Date.now,
  random: Math.random,
  sleep: (ms, signal) => wait(ms, undefined, { signal }).catch(() => undefined),
  openRemote,
  format: releasePointerFormat,
  log: undefined,
  onPush: () => undefined,
  maxBranches: 64,
};
