import { Heap } from "./heap.ts";
import type { Key } from "./kube/index.ts";

/** Counts keys in flight by namespace, and keeps the entries of a namespace that has its share. */
export class NamespaceShares<Entry extends { readonly key: Key }> {
  readonly #share: number;
  readonly #order: (a: Entry, b: Entry) => number;
  readonly #inFlight = new Map<string, number>();
  readonly #held = new Map<string, Heap<Entry>>();

  constructor(share: number, order: (a: Entry, b: Entry) => number) {
    this.#share = share;
    this.#order = order;
  }

  /** Whether the entry may be worked on, and counts as such; it is kept when not. */
  take(entry: Entry): boolean {
    const { namespace } = entry.key;
    const inFlight = this.#inFlight.get(namespace) ?? 0;
    if (inFlight < this.#share) {
      this.#inFlight.set(namespace, inFlight + 1);
      return true;
    }
    const held = this.#held.get(namespace) ?? new Heap(this.#order);
    held.push(entry);
    this.#held.set(namespace, held);
    return false;
  }

  /** Ends a key in flight. Returns the first of the kept entries that may be worked on now. */
  giveBack({ namespace }: Key, isCurrent: (entry: Entry) => boolean): Entry | undefined {
    const inFlight = (this.#inFlight.get(namespace) ?? 1) - 1;
    if (inFlight === 0) this.#inFlight.delete(namespace);
    else this.#inFlight.set(namespace, inFlight);
    const held = this.#held.get(namespace);
    if (held === undefined) return undefined;
    let next = held.pop();
    while (next !== undefined && !isCurrent(next)) next = held.pop();
    if (next === undefined) this.#held.delete(namespace);
    return next;
  }
}
