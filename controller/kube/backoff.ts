import type { Random } from "./ports.ts";

export interface BackoffBounds {
  readonly baseMs: number;
  readonly capMs: number;
}

/**
 * Decorrelated jitter: each delay is drawn between the base and three times the delay before,
 * so that clients that failed together do not come back together.
 */
export class Backoff {
  readonly #bounds: BackoffBounds;
  readonly #random: Random;
  #previousMs: number;

  constructor(bounds: BackoffBounds, random: Random) {
    this.#bounds = bounds;
    this.#random = random;
    this.#previousMs = bounds.baseMs;
  }

  next(): number {
    const { baseMs, capMs } = this.#bounds;
    const drawn = baseMs + this.#random() * (this.#previousMs * 3 - baseMs);
    this.#previousMs = Math.min(capMs, drawn);
    return this.#previousMs;
  }

  reset(): void {
    this.#previousMs = this.#bounds.baseMs;
  }
}

/** A duration moved at random by up to `fraction` of itself, either way. */
export function jitter(durationMs: number, fraction: number, random: Random): number {
  return durationMs * (1 + fraction * (2 * random() - 1));
}
