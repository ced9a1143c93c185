import { Cache } from "./cache.ts";
import { InternedTexts } from "./interned-texts.ts";
import { type KubeObject, keyOf, keyText } from "./object.ts";
import type { Indexer } from "./object-index.ts";
import type { Logger } from "./ports.ts";

/** `resync` repeats an object that did not change. */
export type ChangeType = "added" | "updated" | "deleted" | "resync";

/** `old` comes with "updated" alone. Must not throw, nor take long: the watch waits for it. */
export type ChangeHandler<T> = (type: ChangeType, object: T, old?: T) => void;

/** Where kubectl keeps the whole object once more, as text. */
const lastApplied = "kubectl.kubernetes.io/last-applied-configuration";

/**
 * A cache that follows the server, and tells handlers of each change once: after the cache has
 * it, and never twice for the same resource version.
 */
export class Mirror<T extends KubeObject> {
  readonly cache: Cache<T>;
  readonly #trim: (object: T) => T;
  readonly #texts = new InternedTexts();
  readonly #log: Logger;
  readonly #handlers = new Set<ChangeHandler<T>>();

  constructor(options: {
    readonly indexes?: Readonly<Record<string, Indexer<T>>> | undefined;
    readonly trim?: ((object: T) => T) | undefined;
    readonly log: Logger;
  }) {
    this.cache = new Cache(options.indexes);
    this.#trim = options.trim ?? ((object) => object);
    this.#log = options.log;
  }

  /** What is already here is told to the new handler as added. */
  addHandler(handler: ChangeHandler<T>): void {
    this.#handlers.add(handler);
    for (const object of this.cache.list()) this.#tell(handler, "added", object);
  }

  /** An object as the cache keeps it. It is ours: as it came from the server. */
  trim(object: T): T {
    const { managedFields: _, ...metadata } = object.metadata as typeof object.metadata & {
      managedFields?: unknown;
    };
    const { [lastApplied]: text, ...annotations } = metadata.annotations ?? {};
    const trimmed = this.#trim({
      ...object,
      metadata: text === undefined ? metadata : { ...metadata, annotations },
    });
    this.#texts.intern(trimmed);
    return trimmed;
  }

  /** Takes one state of one object, already trimmed; false when it is known. */
  upsert(object: T): boolean {
    const old = this.cache.get(keyOf(object));
    if (old !== undefined && old.metadata.uid !== object.metadata.uid) {
      // The name was deleted and taken again while nobody watched.
      this.remove(old);
    } else if (old?.metadata.resourceVersion === object.metadata.resourceVersion && old) {
      return false;
    }
    const current = this.cache.get(keyOf(object));
    this.cache.set(object);
    if (current === undefined) this.#tellAll("added", object);
    else this.#tellAll("updated", object, current);
    return true;
  }

  /** Takes a deletion; `last` is the object's final state. False when it is not here. */
  remove(last: T): boolean {
    const key = keyOf(last);
    if (this.cache.get(key) === undefined) return false;
    this.cache.delete(key);
    this.#tellAll("deleted", last);
    return true;
  }

  /** Takes a whole list, already trimmed; answers how many objects it changed. */
  replace(objects: readonly T[]): number {
    let changed = 0;
    const present = new Set(objects.map((object) => keyText(keyOf(object))));
    for (const object of this.cache.list()) {
      if (!present.has(keyText(keyOf(object))) && this.remove(object)) changed++;
    }
    for (const object of objects) {
      if (this.upsert(object)) changed++;
    }
    return changed;
  }

  resync(): void {
    for (const object of this.cache.list()) this.#tellAll("resync", object);
  }

  #tellAll(type: ChangeType, object: T, old?: T): void {
    for (const handler of this.#handlers) this.#tell(handler, type, object, old);
  }

  #tell(handler: ChangeHandler<T>, type: ChangeType, object: T, old?: T): void {
    try {
      handler(type, object, old);
    } catch (error) {
      this.#log.error({ error, type, key: keyText(keyOf(object)) }, "a change handler threw");
    }
  }
}
