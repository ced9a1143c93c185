import { canonicalJson, ForgeError } from "../api/index.ts";
import { append } from "./append.ts";
import { readDeployments } from "./deployments.ts";
import { readHead } from "./head.ts";
import { HeadWatch } from "./head-watch.ts";
import type {
  Appended,
  Entry,
  Fact,
  Filter,
  Head,
  Ledger,
  LedgerHealth,
  Page,
  PageRequest,
  PointerIdentity,
  Pruned,
  RecordedDeployment,
  Retention,
  Verification,
} from "./ports.ts";
import { prune } from "./prune.ts";
import { findByKey, findKnown, pageLimit, readPage } from "./read.ts";
import type { Store } from "./store/store.ts";
import { headOf, verifyLedger } from "./verify-ledger.ts";

/** Of those who follow: many streams read at the same time. */
const followedAtOnce = 100;

/** The ledger over either store: what both do alike. */
export class StoredLedger implements Ledger {
  readonly #store: Store;
  readonly #now: () => number;
  readonly #watch: HeadWatch;
  #closed = false;

  constructor(store: Store, { now, pollMs }: { now: () => number; pollMs: number }) {
    this.#store = store;
    this.#now = now;
    this.#watch = new HeadWatch(
      async () => (await this.head()).sequence,
      store.isShared ? pollMs : undefined,
    );
  }

  async append(facts: readonly Fact[], signal?: AbortSignal): Promise<Appended> {
    const appended = await this.#attempt(() => append(this.#store, facts, this.#now), signal);
    const last = appended.recorded.at(-1);
    if (last !== undefined) this.#watch.appended(last.sequence);
    return appended;
  }

  read(request: PageRequest, signal?: AbortSignal): Promise<Page> {
    return this.#attempt(() => readPage(this.#store, request, signal), signal);
  }

  find(key: string, signal?: AbortSignal): Promise<Entry | undefined> {
    return this.#attempt(() => findByKey(this.#store, key, signal), signal);
  }

  known(keys: readonly string[], signal?: AbortSignal): Promise<ReadonlySet<string>> {
    return this.#attempt(() => findKnown(this.#store.db, keys, signal), signal);
  }

  deployments(
    pointer: PointerIdentity,
    page: Pick<PageRequest, "order" | "after" | "limit"> = {},
    signal?: AbortSignal,
  ): Promise<Page<RecordedDeployment>> {
    return this.#attempt(() => readDeployments(this.#store, pointer, page, signal), signal);
  }

  async *follow(
    { after: start, ...filter }: Filter & { readonly after?: number },
    signal: AbortSignal,
  ): AsyncIterable<Entry> {
    let after = start ?? (await this.head()).sequence;
    while (!signal.aborted) {
      // Read first: what is recorded in between is behind it, and comes with the next round.
      const { sequence } = await this.head();
      const page = await this.read({ ...filter, order: "oldest", after, limit: followedAtOnce });
      for (const entry of page.items) {
        if (signal.aborted) return;
        yield entry;
      }
      after = page.next ?? Math.max(sequence, page.items.at(-1)?.sequence ?? 0);
      if (page.next === undefined) await this.#watch.wait(after, signal);
    }
  }

  async head(signal?: AbortSignal): Promise<Head> {
    return headOf(await this.#attempt(() => readHead(this.#store.db, signal), signal));
  }

  verify(
    { anchor }: { readonly anchor?: Pick<Head, "sequence" | "hash"> } = {},
    signal?: AbortSignal,
  ): Promise<Verification> {
    return this.#attempt(() => verifyLedger(this.#store.db, anchor, signal), signal);
  }

  async *export(
    { after: start = 0, ...filter }: Filter & { readonly after?: number } = {},
    signal?: AbortSignal,
  ): AsyncIterable<string> {
    for (let after: number | undefined = start; after !== undefined; ) {
      const page: Page = await this.read(
        { ...filter, order: "oldest", after, limit: pageLimit },
        signal,
      );
      for (const entry of page.items) yield `${canonicalJson(entry)}\n`;
      after = page.next;
    }
  }

  prune(retention: Retention, signal?: AbortSignal): Promise<Pruned> {
    return this.#attempt(() => prune(this.#store, retention, this.#now, signal), signal);
  }

  async health(signal?: AbortSignal): Promise<LedgerHealth> {
    const store = this.#store.kind;
    try {
      return { store, ok: true, sequence: (await this.head(signal)).sequence };
    } catch (error) {
      return { store, ok: false, message: this.#store.explain(error).message };
    }
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#watch.close(closed());
    await this.#store.db.destroy();
  }

  async #attempt<T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    signal?.throwIfAborted();
    if (this.#closed) throw closed();
    try {
      return await work();
    } catch (error) {
      // The caller's own reason, not one of the store's.
      signal?.throwIfAborted();
      throw this.#store.explain(error);
    }
  }
}

function closed(): ForgeError {
  return new ForgeError("LedgerUnavailable", "the ledger was closed");
}
