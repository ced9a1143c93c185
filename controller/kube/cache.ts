import { type Key, type KubeObject, keyOf, keyText } from "./object.ts";
import { type Indexer, ObjectIndex } from "./object-index.ts";

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
  readonly #indexes = new Map<string, ObjectIndex<T>>();

  constructor(indexers: Readonly<Record<string, Indexer<T>>> = {}) {
    for (const [name, indexer] of Object.entries(indexers)) {
      this.#indexes.set(name, new ObjectIndex(indexer));
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
    const found = this.#indexes.get(index);
    if (found === undefined) throw new TypeError(`the cache has no index ${index}`);
    return found.at(value);
  }

  set(object: T): void {
    this.delete(keyOf(object));
    this.#objects.set(keyText(keyOf(object)), deepFreeze(object));
    for (const index of this.#indexes.values()) index.add(object);
  }

  delete(objectKey: Key): void {
    const key = keyText(objectKey);
    const object = this.#objects.get(key);
    if (object === undefined) return;
    this.#objects.delete(key);
    for (const index of this.#indexes.values()) index.remove(object);
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
