import { ForgeError, messageOf, type ReleaseDeployment } from "../api/index.ts";
import type { Logger } from "../telemetry/index.ts";
import { factsOf, lastFactsOf, type RecordedObject } from "./facts/facts-of.ts";
import type { Fact, Ledger } from "./ports.ts";

/** Facts that wait for the ledger; beyond, they are read again from the objects once it is back. */
const pendingLimit = 10_000;
/** Keys that need not be asked for again. */
const rememberedLimit = 20_000;
const batchSize = 500;
const retryBaseMs = 250;
const retryCapMs = 30_000;

export interface RecorderDeps {
  readonly ledger: Pick<Ledger, "append" | "known">;
  /** Every object of the recorded kinds, as the caches have them now. */
  readonly objects: () => Iterable<RecordedObject>;
  /**
   * Reads a deployment's record again, where the caches leave out what it was decided by; undefined
   * when it is gone. Asked once, before its beginning is recorded.
   */
  readonly whole?: (
    object: ReleaseDeployment,
    signal: AbortSignal,
  ) => Promise<ReleaseDeployment | undefined>;
  readonly log: Pick<Logger, "info" | "warn">;
  /** Resolves after the time or when the signal aborts. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** From 0 up to 1. */
  readonly random: () => number;
  /** Milliseconds; those of the process when absent. */
  readonly monotonic?: () => number;
}

/** A fact, and the object that tells it. */
interface Told {
  readonly fact: Fact;
  readonly object: RecordedObject;
}

/**
 * Writes down what the cluster's objects tell. Nothing waits for it: what it is told is queued, and
 * while the ledger is away the queue is bounded, since the objects say most of it again. It may be
 * told the same any number of times, in every replica: a fact has one key.
 */
export class Recorder {
  readonly #deps: RecorderDeps;
  readonly #pending = new Map<string, Told>();
  readonly #remembered = new Set<string>();
  readonly #monotonic: () => number;
  #isRunning = false;
  /** When the write that is under way began. */
  #writingSince: number | undefined;
  /** Something was not queued: the objects are to be read again. */
  #isBehind = true;
  #wake: () => void = () => undefined;

  constructor(deps: RecorderDeps) {
    this.#deps = deps;
    this.#monotonic = deps.monotonic ?? (() => performance.now());
  }

  /** Facts that are not recorded yet. */
  get pending(): number {
    return this.#pending.size;
  }

  /**
   * How long the write that is under way has not ended, well or not. A ledger that is away fails,
   * again and again, and nothing hangs.
   */
  get writingMs(): number {
    return this.#writingSince === undefined ? 0 : this.#monotonic() - this.#writingSince;
  }

  seen(object: RecordedObject): void {
    // The run begins with all of them, in order of time.
    if (this.#isRunning) this.#queue(object, factsOf(object));
  }

  /** It was deleted; this was its last state. */
  gone(object: RecordedObject): void {
    this.#queue(object, lastFactsOf(object));
  }

  /** Records what the objects tell now, and no more; answers how many facts were new. */
  fill(signal: AbortSignal): Promise<number> {
    return this.#readAgain(signal);
  }

  /** Records until the signal aborts, what the objects tell first; once all caches are filled. */
  async run(signal: AbortSignal): Promise<void> {
    this.#isRunning = true;
    while (!signal.aborted) {
      if (this.#isBehind) await this.#readAgain(signal);
      else if (this.#pending.size > 0) await this.#flush(signal);
      else await this.#news(signal);
    }
    this.#isRunning = false;
  }

  #queue(object: RecordedObject, facts: readonly Fact[]): void {
    for (const fact of facts) {
      if (this.#remembered.has(fact.key) || this.#pending.has(fact.key)) continue;
      if (this.#pending.size < pendingLimit) this.#pending.set(fact.key, { fact, object });
      else this.#isBehind = true;
    }
    this.#wake();
  }

  async #news(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const wake = () => resolve();
    this.#wake = wake;
    signal.addEventListener("abort", wake, { once: true });
    await promise;
    signal.removeEventListener("abort", wake);
  }

  /** Everything that the objects tell, by time: so a ledger that begins anew has it in order. */
  async #readAgain(signal: AbortSignal): Promise<number> {
    this.#isBehind = false;
    const inOrder = [...this.#deps.objects()]
      .flatMap(momentsOf)
      .toSorted((a, b) => a.time - b.time);
    let recorded = 0;
    for (let index = 0; index < inOrder.length && !signal.aborted; index += batchSize) {
      const batch = inOrder.slice(index, index + batchSize).flatMap(({ object, place }) => {
        const fact = factsOf(object)[place];
        return fact === undefined ? [] : [{ fact, object }];
      });
      recorded += await this.#record(batch, signal);
    }
    this.#deps.log.info({ facts: inOrder.length, recorded }, "ledger holds what the cluster tells");
    return recorded;
  }

  async #flush(signal: AbortSignal): Promise<void> {
    const batch = [...this.#pending.values()].slice(0, batchSize);
    await this.#record(batch, signal);
    if (signal.aborted) return;
    for (const { fact } of batch) this.#pending.delete(fact.key);
  }

  /** Until it is done or the signal aborts. Answers how many were new. */
  async #record(batch: readonly Told[], signal: AbortSignal): Promise<number> {
    for (let waitMs = retryBaseMs; !signal.aborted; waitMs = Math.min(waitMs * 2, retryCapMs)) {
      try {
        return await this.#write(batch, signal);
      } catch (error) {
        if (signal.aborted) break;
        if (isInvalid(error)) return this.#recordOneByOne(batch, error, signal);
        this.#deps.log.warn({ facts: batch.length, error }, "ledger not written; trying again");
        await this.#deps.sleep(waitMs * (0.5 + this.#deps.random() / 2), signal);
      }
    }
    return 0;
  }

  async #write(batch: readonly Told[], signal: AbortSignal): Promise<number> {
    this.#writingSince = this.#monotonic();
    try {
      const facts = await this.#complete(batch, signal);
      const { recorded } = await this.#deps.ledger.append(facts, signal);
      this.#remember(batch);
      return recorded.length;
    } finally {
      this.#writingSince = undefined;
    }
  }

  /** What cannot be recorded must not keep the others from it. */
  async #recordOneByOne(
    batch: readonly Told[],
    error: unknown,
    signal: AbortSignal,
  ): Promise<number> {
    const [only] = batch;
    if (batch.length > 1) {
      let recorded = 0;
      for (const told of batch) recorded += await this.#record([told], signal);
      return recorded;
    }
    this.#deps.log.warn(
      { key: only?.fact.key, reason: messageOf(error) },
      "ledger cannot hold a fact",
    );
    this.#remember(batch);
    return 0;
  }

  /** The facts, with what the caches left out of those that are new. */
  async #complete(batch: readonly Told[], signal: AbortSignal): Promise<Fact[]> {
    const { whole, ledger } = this.#deps;
    const begun = batch.filter(({ fact }) => isBeginning(fact));
    if (whole === undefined || begun.length === 0) return batch.map(({ fact }) => fact);
    const known = await ledger.known(
      begun.map(({ fact }) => fact.key),
      signal,
    );
    const facts: Fact[] = [];
    for (const { fact, object } of batch) {
      const isNew = isBeginning(fact) && !known.has(fact.key);
      const read = isNew ? await whole(object as ReleaseDeployment, signal) : undefined;
      facts.push((read && factsOf(read).find(({ key }) => key === fact.key)) ?? fact);
    }
    return facts;
  }

  #remember(batch: readonly Told[]): void {
    for (const { fact } of batch) this.#remembered.add(fact.key);
    for (const key of this.#remembered) {
      if (this.#remembered.size <= rememberedLimit) break;
      this.#remembered.delete(key);
    }
  }
}

/** An object's facts by their place in it: the facts themselves would be a copy of all objects. */
function momentsOf(object: RecordedObject) {
  let time = Date.parse(object.metadata.creationTimestamp);
  return factsOf(object).map((fact, place) => {
    // What tells no time of its own comes behind what it follows.
    if (fact.time !== undefined) time = Date.parse(fact.time);
    return { time, object, place };
  });
}

function isInvalid(error: unknown): boolean {
  return error instanceof ForgeError && error.code === "LedgerEntryInvalid";
}

function isBeginning({ kind, event }: Fact): boolean {
  return kind === "Deployment" && event === "Begun";
}
