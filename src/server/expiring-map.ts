import type { Clock } from "../../controller/kube/index.ts";

export interface ExpiringMapOptions {
  readonly maximum: number;
  readonly clock: Clock;
}

/** Remembers values for a while, and so many at most: what was set first goes first. */
export class ExpiringMap<Value> {
  readonly #entries = new Map<string, { readonly value: Value; readonly until: number }>();
  readonly #maximum: number;
  readonly #clock: Clock;

  constructor({ maximum, clock }: ExpiringMapOptions) {
    this.#maximum = maximum;
    this.#clock = clock;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(key: string): Value | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    if (entry.until > this.#clock.monotonic()) return entry.value;
    this.#entries.delete(key);
    return undefined;
  }

  set(key: string, value: Value, lifetimeMs: number): void {
    this.#entries.delete(key);
    this.#entries.set(key, { value, until: this.#clock.monotonic() + lifetimeMs });
    if (this.#entries.size <= this.#maximum) return;
    const [first] = this.#entries.keys();
    if (first !== undefined) this.#entries.delete(first);
  }

  delete(key: string): void {
    this.#entries.delete(key);
  }
}
