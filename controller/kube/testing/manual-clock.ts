import type { Clock } from "../ports.ts";

interface Timer {
  readonly dueAt: number;
  readonly callback: () => void;
}

/** A clock that stands still until a test moves it. */
export class ManualClock implements Clock {
  #elapsedMs = 0;
  readonly #startedAt: number;
  readonly #timers = new Set<Timer>();

  constructor(startedAt = Date.UTC(2026, 0, 1)) {
    this.#startedAt = startedAt;
  }

  now(): number {
    return this.#startedAt + this.#elapsedMs;
  }

  monotonic(): number {
    return this.#elapsedMs;
  }

  after(delayMs: number, callback: () => void): () => void {
    const timer = { dueAt: this.#elapsedMs + delayMs, callback };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  get pending(): number {
    return this.#timers.size;
  }

  /** Whether somebody waits for no longer than this. */
  isDueWithin(durationMs: number): boolean {
    return [...this.#timers].some(({ dueAt }) => dueAt <= this.#elapsedMs + durationMs);
  }

  /** Time passes for a process that is frozen: what falls due is called by the next advance. */
  freeze(durationMs: number): void {
    this.#elapsedMs += durationMs;
  }

  /** Moves time on, calling what falls due in its order. */
  advance(durationMs: number): void {
    const end = this.#elapsedMs + durationMs;
    for (;;) {
      const due = [...this.#timers].filter((timer) => timer.dueAt <= end);
      const first = due.toSorted((a, b) => a.dueAt - b.dueAt)[0];
      if (first === undefined) break;
      this.#timers.delete(first);
      this.#elapsedMs = Math.max(this.#elapsedMs, first.dueAt);
      first.callback();
    }
    this.#elapsedMs = end;
  }
}
