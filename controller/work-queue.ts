import { Heap } from "./heap.ts";
import { type Clock, type Key, keyText, type Random } from "./kube/index.ts";
import { NamespaceShares } from "./namespace-shares.ts";

export interface WorkQueueOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** The delay after the first failure, doubled after each further one up to the cap. */
  readonly backoff?: { readonly baseMs: number; readonly capMs: number };
  /**
   * Keys of one namespace that are with workers at once; no limit when absent. Below the number of
   * workers it leaves some to other namespaces, however long those keys take.
   */
  readonly perNamespace?: number;
}

export interface AddOptions {
  /** Higher goes first; 0 when absent. A steady stream of high ones starves the low. */
  readonly priority?: number;
  readonly afterMs?: number;
}

/** A key that waits, in one of the heaps. The heaps keep superseded entries until they surface. */
interface Entry {
  readonly key: Key;
  readonly priority: number;
  /** When it is, or was, due. */
  readonly dueAt: number;
  readonly sequence: number;
}

/** A timer of the platform overflows, and fires at once, beyond 24 days. */
const longestTimerMs = 86_400_000;

/**
 * The keys that need a look, each at most once. Invariants:
 * - a key is with one worker at most: added meanwhile, it waits until that worker is done with it;
 * - added again, a key keeps the earlier time and the higher priority of the two;
 * - among the keys that are due, the highest priority comes first, then the one due for longest;
 * - a namespace with its share of keys in flight waits, and other namespaces do not wait for it.
 */
export class WorkQueue {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #backoff: { readonly baseMs: number; readonly capMs: number };
  readonly #waiting = new Map<string, Entry>();
  readonly #ready = new Heap<Entry>(byPriority);
  readonly #shares: NamespaceShares<Entry>;
  readonly #delayed = new Heap<Entry>(byTime);
  readonly #processing = new Set<string>();
  readonly #failures = new Map<string, number>();
  #takers: ((key: Key | undefined) => void)[] = [];
  #cancelTimer: () => void = () => {};
  #sequence = 0;
  #closed = false;

  constructor(options: WorkQueueOptions) {
    this.#clock = options.clock;
    this.#random = options.random;
    this.#backoff = options.backoff ?? { baseMs: 250, capMs: 300_000 };
    this.#shares = new NamespaceShares(
      options.perNamespace ?? Number.POSITIVE_INFINITY,
      byPriority,
    );
  }

  add(key: Key, { priority = 0, afterMs = 0 }: AddOptions = {}): void {
    if (this.#closed) return;
    const text = keyText(key);
    const now = this.#clock.monotonic();
    const old = this.#waiting.get(text);
    const dueAt = Math.min(old?.dueAt ?? Number.POSITIVE_INFINITY, now + Math.max(0, afterMs));
    const highest = Math.max(old?.priority ?? priority, priority);
    if (old?.dueAt === dueAt && old.priority === highest) return;
    const sequence = old?.dueAt === dueAt ? old.sequence : this.#sequence++;
    const entry = { key, priority: highest, dueAt, sequence };
    this.#waiting.set(text, entry);
    if (!this.#processing.has(text)) this.#place(entry);
  }

  /** Adds a key that failed, after a delay that grows with each failure in a row. */
  addFailed(key: Key, options: { readonly priority?: number } = {}): number {
    const failures = (this.#failures.get(keyText(key)) ?? 0) + 1;
    this.#failures.set(keyText(key), failures);
    const { baseMs, capMs } = this.#backoff;
    const fullMs = Math.min(capMs, baseMs * 2 ** Math.min(failures - 1, 30));
    const afterMs = fullMs * (0.5 + this.#random() / 2);
    this.add(key, { ...options, afterMs });
    return afterMs;
  }

  /** Ends a row of failures. */
  forget(key: Key): void {
    this.#failures.delete(keyText(key));
  }

  /** The next key to work on, when there is one; undefined once closed. Answer with done(). */
  next(): Promise<Key | undefined> {
    const entry = this.#closed ? undefined : this.#takeReady();
    if (entry !== undefined || this.#closed) return Promise.resolve(entry?.key);
    const { promise, resolve } = Promise.withResolvers<Key | undefined>();
    this.#takers.push(resolve);
    return promise;
  }

  /** Gives a key back; added meanwhile, it is due again. */
  done(key: Key): void {
    this.#processing.delete(keyText(key));
    const next = this.#shares.giveBack(key, (entry) => this.#isCurrent(entry));
    if (this.#closed) return;
    if (next !== undefined) this.#ready.push(next);
    const again = this.#waiting.get(keyText(key));
    if (again !== undefined) this.#place(again);
    else if (next !== undefined) this.#hand();
  }

  /** Lets every taker go; what still waits is dropped. */
  close(): void {
    this.#closed = true;
    this.#cancelTimer();
    for (const take of this.#takers) take(undefined);
    this.#takers = [];
    this.#waiting.clear();
  }

  /** Keys that are due and not with a worker. */
  get depth(): number {
    return this.#due().length;
  }

  /** How long the first of those has been due; 0 when there are none. */
  get oldestMs(): number {
    const now = this.#clock.monotonic();
    return this.#due().reduce((oldest, entry) => Math.max(oldest, now - entry.dueAt), 0);
  }

  #due(): Entry[] {
    const now = this.#clock.monotonic();
    const due: Entry[] = [];
    for (const [text, entry] of this.#waiting) {
      if (entry.dueAt <= now && !this.#processing.has(text)) due.push(entry);
    }
    return due;
  }

  #place(entry: Entry): void {
    if (entry.dueAt > this.#clock.monotonic()) this.#delayed.push(entry);
    else this.#ready.push(entry);
    this.#hand();
  }

  /** Hands due keys to takers, then sets the timer for the next that will be. */
  #hand(): void {
    const now = this.#clock.monotonic();
    for (let first = this.#delayed.peek(); first !== undefined; first = this.#delayed.peek()) {
      const current = this.#waiting.get(keyText(first.key)) === first;
      if (current && first.dueAt > now) break;
      this.#delayed.pop();
      if (current) this.#ready.push(first);
    }
    while (this.#takers.length > 0) {
      const entry = this.#takeReady();
      if (entry === undefined) break;
      this.#takers.shift()?.(entry.key);
    }
    this.#cancelTimer();
    const next = this.#delayed.peek();
    if (next === undefined) return;
    this.#cancelTimer = this.#clock.after(Math.min(next.dueAt - now, longestTimerMs), () =>
      this.#hand(),
    );
  }

  #takeReady(): Entry | undefined {
    for (let entry = this.#ready.pop(); entry !== undefined; entry = this.#ready.pop()) {
      if (!this.#isCurrent(entry) || !this.#shares.take(entry)) continue;
      const text = keyText(entry.key);
      this.#waiting.delete(text);
      this.#processing.add(text);
      return entry;
    }
    return undefined;
  }

  #isCurrent(entry: Entry): boolean {
    return this.#waiting.get(keyText(entry.key)) === entry;
  }
}

function byPriority(a: Entry, b: Entry): number {
  return b.priority - a.priority || byTime(a, b);
}

function byTime(a: Entry, b: Entry): number {
  return a.dueAt - b.dueAt || a.sequence - b.sequence;
}
