interface Waiter {
  readonly behind: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Wakes those who wait for entries behind a sequence: at once for what is appended here, and by
 * looking at the head, once for all of them, for what other replicas append.
 */
export class HeadWatch {
  readonly #readSequence: () => Promise<number>;
  readonly #pollMs: number | undefined;
  readonly #waiters = new Set<Waiter>();
  /** The last that was heard of: news that came before somebody waited for them. */
  #latest = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param pollMs when absent nobody else appends */
  constructor(readSequence: () => Promise<number>, pollMs: number | undefined) {
    this.#readSequence = readSequence;
    this.#pollMs = pollMs;
  }

  /** Resolves when there is an entry behind, or the signal aborts; rejects when the store is gone. */
  async wait(behind: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted || this.#latest > behind) return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const waiter = { behind, resolve, reject };
    this.#waiters.add(waiter);
    const wake = () => resolve();
    signal.addEventListener("abort", wake, { once: true });
    this.#schedule();
    try {
      await promise;
    } finally {
      this.#waiters.delete(waiter);
      signal.removeEventListener("abort", wake);
    }
  }

  appended(sequence: number): void {
    this.#latest = Math.max(this.#latest, sequence);
    for (const { behind, resolve } of this.#waiters) if (sequence > behind) resolve();
  }

  close(reason: unknown): void {
    clearTimeout(this.#timer);
    for (const { reject } of this.#waiters) reject(reason);
  }

  #schedule(): void {
    if (this.#pollMs === undefined || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => void this.#look(), this.#pollMs);
    this.#timer.unref();
  }

  async #look(): Promise<void> {
    try {
      this.appended(await this.#readSequence());
    } catch (error) {
      for (const { reject } of this.#waiters) reject(error);
    }
    this.#timer = undefined;
    if (this.#waiters.size > 0) this.#schedule();
  }
}
