import type { ForgeError } from "../../api/index.ts";

/** A failure that may pass: thrown inside one attempt, turned into `error` after the last. */
export class TransientFailure extends Error {
  readonly error: ForgeError;
  /** What the registry asked for with Retry-After. */
  readonly afterMs: number | undefined;

  constructor(error: ForgeError, afterMs?: number) {
    super(error.message, { cause: error });
    this.error = error;
    this.afterMs = afterMs;
  }
}
