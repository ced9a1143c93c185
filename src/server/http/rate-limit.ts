import type { Clock } from "../../../controller/kube/index.ts";
import { ForgeError } from "../../api/index.ts";

export interface Rate {
  readonly perSecond: number;
  /** So many at once, after a pause. */
  readonly burst: number;
}

const remembered = 10_000;

/** One token bucket per caller; the one longest unseen is evicted. */
export class RateLimit {
  readonly #rate: Rate;
  readonly #clock: Clock;
  readonly #buckets = new Map<string, { tokens: number; at: number }>();

  constructor(rate: Rate, clock: Clock) {
    this.#rate = rate;
    this.#clock = clock;
  }

  /** @throws ForgeError RateLimited, with the time until the next one */
  take(who: string): void {
    this.check(who);
    this.spend(who);
  }

  /** Takes one, whether there is one or not. */
  spend(who: string): void {
    this.#bucket(who).tokens -= 1;
  }

  /**
   * Takes none.
   * @throws ForgeError RateLimited
   */
  check(who: string): void {
    const { perSecond } = this.#rate;
    const { tokens } = this.#bucket(who);
    if (tokens >= 1) return;
    const afterMs = Math.ceil(((1 - tokens) / perSecond) * 1_000);
    const said = `more than ${perSecond} a second, where a few are let through at once`;
    throw new ForgeError("RateLimited", said, { retry: { afterMs } });
  }

  #bucket(who: string): { tokens: number; at: number } {
    const { perSecond, burst } = this.#rate;
    const now = this.#clock.monotonic();
    const known = this.#buckets.get(who) ?? { tokens: burst, at: now };
    known.tokens = Math.min(burst, known.tokens + ((now - known.at) / 1_000) * perSecond);
    known.at = now;
    this.#buckets.delete(who);
    this.#buckets.set(who, known);
    if (this.#buckets.size > remembered) {
      const [oldest] = this.#buckets.keys();
      if (oldest !== undefined) this.#buckets.delete(oldest);
    }
    return known;
  }
}
