import { ForgeError } from "../api/index.ts";

/** So many at a time; so many more may wait, in order; all others are refused at once. */
export class ConcurrencyLimit {
  readonly #atOnce: number;
  readonly #mayWait: number;
  #running = 0;
  readonly #waiting = new Set<() => void>();

  constructor(atOnce: number, mayWait: number) {
    this.#atOnce = atOnce;
    this.#mayWait = mayWait;
  }

  get running(): number {
    return this.#running;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /** @throws ForgeError PluginOverloaded; the signal's reason when it is aborted while waiting */
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
    if (this.#waiting.size >= this.#mayWait) {
      throw new ForgeError(
        "PluginOverloaded",
        `${this.#running} requests are worked on and ${this.#waiting.size} wait already`,
      );
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const leave = (): void => {
      this.#waiting.delete(enter);
      signal.removeEventListener("abort", abort);
    };
    const enter = (): void => {
      leave();
      resolve();
    };
    const abort = (): void => {
      leave();
      reject(signal.reason);
    };
    this.#waiting.add(enter);
    signal.addEventListener("abort", abort, { once: true });
    await promise;
  }
}
