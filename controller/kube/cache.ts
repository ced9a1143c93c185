import { type Key, type KubeObject, keyOf, keyText } from "./object.ts";

/** Gives the values under which an object is found; an object may have none, or several. */
export type Indexer<T> = (object: T) => readonly string[];

/** Several names as one index value: joined by a character that no name holds. */
export function indexValue(...names: readonly string[]): string {
  return names.join("|");
}

/** What a reconciler sees of a cache. Objects are shared and frozen: copy before changing one. */
export interface CacheReader<T extends KubeObject> {
  readonly size: number;
  get(key: Key): T | undefined;
  /** In no particular order. */
  list(namespace?: string): T[];
  /** @throws TypeError for an index that the cache was not made with. */
  byIndex(index: string, value: string): T[];
}

/** Objects by key and by named indexes. Written by one informer alone. */
export class Cache<T extends KubeObject> implements CacheReader<T> {
  readonly #objects = new Map<string, T>();
  readonly #indexes = new Map<string, { indexer: Indexer<T>; keys: Map<string, Set<string>> }>();

  constructor(indexers: Readonly<Record<string, Indexer<T>>> = {}) {
    for (const [name, indexer] of Object.entries(indexers)) {
      this.#indexes.set(name, { indexer, keys: new Map() });
    }
  }

  get size(): number {
    return this.#objects.size;
  }

  get(key: Key): T | undefined {
    return this.#objects.get(keyText(key));
  }

  list(namespace?: string): T[] {
    const all = [...this.#objects.values()];
    return namespace === undefined ? all : all.filter((o) => o.metadata.namespace === namespace);
  }

  byIndex(index: string, value: string): T[] {
    const entry = this.#indexes.get(index);
    if (entry === undefined) throw new TypeError(`the cache has no index ${index}`);
    const found: T[] = [];
    for (const key of entry.keys.get(value) ?? []) {
      const object = this.#objects.get(key);
      if (object !== undefined) found.push(object);
    }
    return found;
  }

  set(object: T): void {
    this.delete(keyOf(object));
    const key = keyText(keyOf(object));
    this.#objects.set(key, deepFreeze(object));
    for (const { indexer, keys } of this.#indexes.values()) {
      for (const value of indexer(object)) {
        const found = keys.get(value);
        if (found === undefined) keys.set(value, new Set([key]));
        else found.add(key);
      }
    }
  }

  delete(objectKey: Key): void {
    const key = keyText(objectKey);
    const object = this.#objects.get(key);
    if (object === undefined) return;
    this.#objects.delete(key);
    for (const { indexer, keys } of this.#indexes.values()) {
      for (const value of indexer(object)) {
        const found = keys.get(value);
        found?.delete(key);
        if (found?.size === 0) keys.delete(value);
      }
    }
  }
}

// A reconciler that changed a cached object would change what all others see; it throws instead.
function deepFreeze<V>(value: V): V {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}
