import { Backoff, jitter } from "./backoff.ts";
import type { CacheReader } from "./cache.ts";
import { sleep, systemClock } from "./clock.ts";
import { isForbidden, isFromTheFuture, isGone, isNotFound, KubeError } from "./errors.ts";
import type { InformerOptions, InformerStats } from "./informer-options.ts";
import { type ChangeHandler, Mirror } from "./mirror.ts";
import type { KubeObject } from "./object.ts";
import type { Clock, Logger, Random } from "./ports.ts";
import type { Resource } from "./resource.ts";
import { isNotNewer } from "./resource-version.ts";
import type { SelectOptions } from "./verbs.ts";
import type { WatchEvent } from "./watch-stream.ts";

/** A bookmark comes every minute: a watch without one is rare, several in a row are a sign. */
const barrenLimit = 5;
/** A watch that lasted so long was sound: after it, delays begin anew. */
const soundMs = 10_000;

/**
 * Keeps a cache equal to a collection of the API server: a list, then a watch that is
 * resumed from the last resource version seen, bookmarks included. Whatever breaks is tried
 * again for as long as it runs; 410 Gone means a new list, and what that list shows to have been
 * missed is told to the handlers. Not synced before the first list is complete.
 */
export class Informer<T extends KubeObject> {
  readonly resource: Resource;
  readonly #options: InformerOptions<T>;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #log: Logger;
  readonly #mirror: Mirror<T>;
  readonly #backoff: Backoff;
  readonly #stats = { lists: 0, watches: 0, reconnects: 0, missed: 0, outdated: 0 };
  readonly #firstList = Promise.withResolvers<void>();
  #synced = false;
  #denied: "absent" | "forbidden" | undefined;
  /** Where the next watch begins; without it the next step is a list. */
  #resourceVersion: string | undefined;
  /**
   * Watches in a row that the server accepted and that told nothing, not even a bookmark. Those
   * it did not accept do not count: a server that was away should not be met by lists from all.
   */
  #barren = 0;
  /** When it last did or was told anything; monotonic. */
  #steppedAt: number;

  constructor(options: InformerOptions<T>) {
    this.resource = options.resource;
    this.#options = options;
    this.#clock = options.clock ?? systemClock;
    this.#random = options.random ?? Math.random;
    this.#steppedAt = this.#clock.monotonic();
    this.#log = options.log.child({ resource: options.resource.plural });
    this.#mirror = new Mirror({ indexes: options.indexes, trim: options.trim, log: this.#log });
    this.#backoff = new Backoff({ baseMs: 100, capMs: 30_000 }, this.#random);
  }

  get cache(): CacheReader<T> {
    return this.#mirror.cache;
  }

  get synced(): boolean {
    return this.#synced;
  }

  /** Why the server last refused the collection; undefined while it gives it. */
  get denied(): "absent" | "forbidden" | undefined {
    return this.#denied;
  }

  get stats(): InformerStats {
    return { ...this.#stats };
  }

  /**
   * How long nothing has happened, not even a bookmark or a failure: longer than watches live and
   * waits last, and it hangs.
   */
  get quietMs(): number {
    return this.#clock.monotonic() - this.#steppedAt;
  }

  /** What is already known is told to the new handler as added. */
  addHandler(handler: ChangeHandler<T>): void {
    this.#mirror.addHandler(handler);
  }

  /** Resolves once the first list is complete; rejects with the signal's reason. */
  async waitForSync(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const aborted = Promise.withResolvers<never>();
    const onAbort = () => aborted.reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    await Promise.race([this.#firstList.promise, aborted.promise]).finally(() =>
      signal.removeEventListener("abort", onAbort),
    );
  }

  /** Runs until the signal aborts; never rejects. */
  async run(signal: AbortSignal): Promise<void> {
    const resyncs = this.#resyncLoop(signal);
    let reconnecting = false;
    while (!signal.aborted) {
      this.#steppedAt = this.#clock.monotonic();
      try {
        // As after a restore of etcd: a version from the future is waited for in silence.
        if (this.#barren >= barrenLimit) this.#resourceVersion = undefined;
        if (this.#resourceVersion === undefined) await this.#list(signal);
        if (reconnecting) this.#stats.reconnects++;
        reconnecting = false;
        await this.#watch(this.#resourceVersion ?? "", signal);
      } catch (error) {
        if (signal.aborted) break;
        if (isForbidden(error)) this.#denied = "forbidden";
        if (isNotFound(error)) this.#denied = "absent";
        if (await this.#isAbsent(error, signal)) continue;
        reconnecting = true;
        await this.#recover(error, signal);
      }
    }
    await resyncs;
  }

  async #recover(error: unknown, signal: AbortSignal): Promise<void> {
    if (isGone(error) || isFromTheFuture(error)) this.#resourceVersion = undefined;
    const asked =
      error instanceof KubeError && typeof error.retry === "object" ? error.retry : null;
    const delayMs = Math.max(this.#backoff.next(), asked?.afterMs ?? 0);
    this.#log.warn({ error, delayMs, relist: this.#resourceVersion === undefined }, "watch failed");
    await sleep(this.#clock, delayMs, signal);
  }

  async #isAbsent(error: unknown, signal: AbortSignal): Promise<boolean> {
    const { absentRetryMs } = this.#options;
    // Who may no longer read keeps what is known: that it is gone, nobody said.
    const isBarred = isForbidden(error) && (!this.#synced || this.#mirror.cache.size === 0);
    if (absentRetryMs === undefined || !(isNotFound(error) || isBarred)) return false;
    this.#resourceVersion = undefined;
    this.#takeList([]);
    if (isBarred) this.#log.warn({ error, absentRetryMs }, "may not be read: taken as absent");
    else this.#log.debug({ absentRetryMs }, "not installed");
    await sleep(this.#clock, jitter(absentRetryMs, 0.1, this.#random), signal);
    return true;
  }

  async #list(signal: AbortSignal): Promise<void> {
    const { client, resource, maximumObjects = 200_000 } = this.#options;
    const objects: T[] = [];
    let resourceVersion = "";
    this.#stats.lists++;
    const trim = (object: T): T => this.#mirror.trim(object);
    const options = { ...this.#selection(), trim, atOnce: true, signal };
    for await (const page of client.list<T>(resource, options)) {
      this.#steppedAt = this.#clock.monotonic();
      for (const item of page.items) objects.push(item);
      resourceVersion = page.resourceVersion;
      if (objects.length > maximumObjects) {
        const said = `list ${resource.plural}: more than ${maximumObjects} objects`;
        throw new KubeError("AnswerTooLarge", said);
      }
    }
    this.#denied = undefined;
    const changed = this.#takeList(objects);
    this.#resourceVersion = resourceVersion;
    this.#barren = 0;
    this.#log.debug({ objects: objects.length, changed }, "listed");
  }

  /** Answers how many objects were not as they were known. */
  #takeList(objects: readonly T[]): number {
    const changed = this.#mirror.replace(objects);
    if (this.#synced) this.#stats.missed += changed;
    this.#synced = true;
    this.#firstList.resolve();
    return changed;
  }

  async #watch(resourceVersion: string, signal: AbortSignal): Promise<void> {
    const { client, resource, livenessMs = 90_000 } = this.#options;
    const startedAt = this.#clock.monotonic();
    this.#stats.watches++;
    const stream = client.watch<T>(resource, {
      ...this.#selection(),
      resourceVersion,
      // Informers that started together do not all come back together.
      timeoutSeconds: Math.floor(300 + 300 * this.#random()),
      livenessMs,
      onOpen: () => {
        this.#denied = undefined;
        this.#barren++;
      },
      signal,
    });
    const lastedMs = () => this.#clock.monotonic() - startedAt;
    try {
      for await (const event of stream) {
        this.#steppedAt = this.#clock.monotonic();
        this.#take(event);
        this.#barren = 0;
      }
    } finally {
      // Not with the first event: a server may tell one in each watch and break it.
      if (lastedMs() >= soundMs) this.#backoff.reset();
    }
    // A server that ends each watch soon, if politely, must not be asked again at once.
    if (lastedMs() < soundMs) {
      throw new KubeError("Unreachable", `watch ${resource.plural}: ended soon after it began`);
    }
  }

  /**
   * A watch goes forward only. What is not newer than what was seen last is a repetition, or the
   * past as a server that lags behind tells it: taken, it would undo a change or a deletion.
   */
  #take(event: WatchEvent<T>): void {
    const isBookmark = event.type === "BOOKMARK";
    const version = isBookmark ? event.resourceVersion : event.object.metadata.resourceVersion;
    if (isNotNewer(version, this.#resourceVersion)) {
      if (!isBookmark) this.#stats.outdated++;
      return;
    }
    this.#resourceVersion = version;
    if (isBookmark) return;
    const object = this.#mirror.trim(event.object);
    if (event.type === "DELETED") this.#mirror.remove(object);
    else this.#mirror.upsert(object);
  }

  async #resyncLoop(signal: AbortSignal): Promise<void> {
    const { resyncMs } = this.#options;
    if (resyncMs === undefined) return;
    while (!signal.aborted) {
      await sleep(this.#clock, jitter(resyncMs, 0.1, this.#random), signal);
      if (!signal.aborted && this.#synced) this.#mirror.resync();
    }
  }

  #selection(): Pick<SelectOptions, "namespace" | "labelSelector" | "fieldSelector"> {
    const { namespace, labelSelector, fieldSelector } = this.#options;
    return { namespace, labelSelector, fieldSelector };
  }
}
