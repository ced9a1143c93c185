import { ForgeError } from "../../api/index.ts";

export interface SlotsOptions {
  readonly total: number;
  readonly perCaller: number;
  /** Plural name of what a slot is for, as the caller reads it: `streams`. */
  readonly of: string;
  /** Aborts when the server stops. */
  readonly stopping: AbortSignal;
}

/** One caller's, until it is given back. */
export interface Slot {
  /** Aborts when the slot is given back, or the server stops. */
  readonly signal: AbortSignal;
  /** Safe to call again. */
  readonly giveBack: () => void;
}

/** A full pool frees a slot within seconds or minutes; a caller that retries at once gains nothing. */
const retry = { afterMs: 1_000 };

/** Slots for work that outlasts a question: a total for the server, and a share for each caller. */
export class Slots {
  readonly #options: SlotsOptions;
  readonly #byUser = new Map<string, number>();
  #inUse = 0;

  constructor(options: SlotsOptions) {
    this.#options = options;
  }

  get inUse(): number {
    return this.#inUse;
  }

  /** @throws ForgeError RateLimited, ServerBusy */
  take(user: string): Slot {
    const { total, perCaller, of, stopping } = this.#options;
    const own = this.#byUser.get(user) ?? 0;
    if (own >= perCaller) {
      throw new ForgeError("RateLimited", `${own} ${of} of yours are open already`, { retry });
    }
    if (this.#inUse >= total) {
      throw new ForgeError("ServerBusy", `${this.#inUse} ${of} are open already`, { retry });
    }
    this.#byUser.set(user, own + 1);
    this.#inUse += 1;
    const ended = new AbortController();
    const onStop = () => ended.abort();
    stopping.addEventListener("abort", onStop, { once: true });
    if (stopping.aborted) onStop();
    let isGivenBack = false;
    const giveBack = () => {
      if (isGivenBack) return;
      isGivenBack = true;
      stopping.removeEventListener("abort", onStop);
      ended.abort();
      this.#free(user);
    };
    return { signal: ended.signal, giveBack };
  }

  #free(user: string): void {
    const own = (this.#byUser.get(user) ?? 1) - 1;
    if (own === 0) this.#byUser.delete(user);
    else this.#byUser.set(user, own);
    this.#inUse -= 1;
  }
}
