/** Gives the values under which an object is found; an object may have none, or several. */
export type Indexer<T> = (object: T) => readonly string[];

/** Several names as one index value: joined by a character that no name holds. */
export function indexValue(...names: readonly string[]): string {
  return names.join("|");
}

/**
 * Objects by the values that an indexer gives. Most values have one object alone: a set for each
 * would take more memory than many an object does.
 */
export class ObjectIndex<T> {
  readonly #indexer: Indexer<T>;
  readonly #single = new Map<string, T>();
  readonly #several = new Map<string, Set<T>>();

  constructor(indexer: Indexer<T>) {
    this.#indexer = indexer;
  }

  at(value: string): T[] {
    const single = this.#single.get(value);
    return single === undefined ? [...(this.#several.get(value) ?? [])] : [single];
  }

  add(object: T): void {
    for (const value of this.#indexer(object)) {
      const single = this.#single.get(value);
      const several = this.#several.get(value);
      if (several !== undefined) {
        several.add(object);
      } else if (single === undefined) {
        this.#single.set(value, object);
      } else if (single !== object) {
        this.#single.delete(value);
        this.#several.set(value, new Set([single, object]));
      }
    }
  }

  remove(object: T): void {
    for (const value of this.#indexer(object)) {
      if (this.#single.get(value) === object) this.#single.delete(value);
      const several = this.#several.get(value);
      several?.delete(object);
      if (several?.size === 0) this.#several.delete(value);
    }
  }
}
