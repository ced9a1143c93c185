import { ForgeError } from "../../api/index.ts";

export interface PlacesOptions {
  readonly total: number;
  readonly perCaller: number;
  /** Aborts when the server stops. */
  readonly stopping: AbortSignal;
}

/** One caller's, until it is left. */
export interface Place {
  /** Aborts when the place is left, or the server stops. */
  readonly signal: AbortSignal;
  /** Safe to call again. */
  readonly leave: () => void;
}

/** Places at what lasts longer than a request: so many at once, and so many of one caller. */
export class Places {
  readonly #options: PlacesOptions;
  readonly #byUser = new Map<string, number>();
  #count = 0;

  constructor(options: PlacesOptions) {
    this.#options = options;
  }

  /** @throws ForgeError RateLimited, ServerBusy */
  take(user: string): Place {
    const { total, perCaller, stopping } = this.#options;
    const own = this.#byUser.get(user) ?? 0;
    if (own >= perCaller) {
      throw new ForgeError("RateLimited", `${own} streams of yours are open already`);
    }
    if (this.#count >= total) {
      throw new ForgeError("ServerBusy", `${this.#count} streams are open already`);
    }
    this.#byUser.set(user, own + 1);
    this.#count += 1;
    const ended = new AbortController();
    const onStop = () => ended.abort();
    stopping.addEventListener("abort", onStop, { once: true });
    let isLeft = false;
    const leave = () => {
      if (isLeft) return;
      isLeft = true;
      stopping.removeEventListener("abort", onStop);
      ended.abort();
      this.#free(user);
    };
    return { signal: ended.signal, leave };
  }

  #free(user: string): void {
    const own = (this.#byUser.get(user) ?? 1) - 1;
    if (own === 0) this.#byUser.delete(user);
    else this.#byUser.set(user, own);
    this.#count -= 1;
  }
}
