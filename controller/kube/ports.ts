/** Time as the runtime sees it; tests bring their own. */
export interface Clock {
  /** Wall clock, milliseconds since the epoch. May jump: for timestamps only. */
  now(): number;
  /** Milliseconds that never jump: for durations and deadlines. */
  monotonic(): number;
  /** Calls back once after `delayMs`; the answer cancels it. */
  after(delayMs: number, callback: () => void): () => void;
}

/** Structured log: a constant message, everything that varies in the fields. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  child(fields: object): Logger;
}

/** A number in [0, 1). */
export type Random = () => number;
