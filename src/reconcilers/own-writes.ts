import {
  type CacheReader,
  type Key,
  type KubeObject,
  keyOf,
  keyText,
} from "../../controller/kube/index.ts";

/**
 * Objects of a cache, or as this process wrote them since: a look that follows a write at once
 * would else see the world before it, and do everything a second time, in vain.
 */
export class OwnWrites<T extends KubeObject> {
  readonly #cache: Pick<CacheReader<T>, "get">;
  /** Until the cache shows as much. */
  readonly #written = new Map<string, T>();

  constructor(cache: Pick<CacheReader<T>, "get">) {
    this.#cache = cache;
  }

  remember(object: T): void {
    this.#written.set(keyText(keyOf(object)), object);
  }

  get(key: Key): T | undefined {
    const cached = this.#cache.get(key);
    if (cached !== undefined) return this.latest(cached);
    this.#written.delete(keyText(key));
    return undefined;
  }

  /** An object of the cache, or what this process made of it since. */
  latest(cached: T): T {
    if (this.#written.size === 0) return cached;
    const text = keyText(keyOf(cached));
    const own = this.#written.get(text);
    if (own === undefined) return cached;
    if (isOlder(cached, own)) return own;
    this.#written.delete(text);
    return cached;
  }
}

/** Resource versions of one object are compared as numbers (KEP-5504), where they are some. */
function isOlder({ metadata: a }: KubeObject, { metadata: b }: KubeObject): boolean {
  const [x, y] = [a.resourceVersion ?? "", b.resourceVersion ?? ""];
  const areNumbers = [x, y].every((version) => /^[0-9]{1,40}$/.test(version));
  return a.uid === b.uid && areNumbers && BigInt(x) < BigInt(y);
}
