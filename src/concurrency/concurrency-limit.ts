import { type Line, waitInLine } from "./wait-in-line.ts";

/** When so many wait already, and what is said to those who come then. */
export interface Overload {
  readonly mayWait: number;
  readonly refusal: (limit: { readonly running: number; readonly waiting: number }) => Error;
}

/** So many operations at a time; the others wait, in order, or are refused at once. */
export class ConcurrencyLimit {
  readonly #atOnce: number;
  readonly #overload: Overload | undefined;
  #running = 0;
  readonly #waiting: Line = new Set();

  constructor(atOnce: number, overload?: Overload) {
    this.#atOnce = atOnce;
    this.#overload = overload;
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** @throws the refusal of an overload; the signal's reason when it is aborted while waiting */
  async run<Result>(operation: () => Promise<Result>, signal: AbortSignal): Promise<Result> {
    signal.throwIfAborted();
    if (this.#running < this.#atOnce) this.#running += 1;
    else await this.#wait(signal);
    try {
      return await operation();
    } finally {
      const [next] = this.#waiting;
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }

  async #wait(signal: AbortSignal): Promise<void> {
    if (this.#overload !== undefined && this.#waiting.size >= this.#overload.mayWait) {
      throw this.#overload.refusal(this);
    }
    await waitInLine(this.#waiting, signal);
  }
}
