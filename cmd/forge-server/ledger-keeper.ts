import {
  Backoff,
  type Clock,
  type KubeClient,
  type KubeObject,
  type Random,
  sleep,
} from "../../controller/kube/index.ts";
import { ForgeError, type ReleaseDeployment, releaseDeploymentKind } from "../../src/api/index.ts";
import { type Ledger, type LedgerOptions, openLedger, Recorder } from "../../src/ledger/index.ts";
import type { Informers, LedgerAccess } from "../../src/server/index.ts";
import type { Logger } from "../../src/telemetry/index.ts";
import { keepRetention } from "./ledger-retention.ts";

interface Parts {
  readonly options: LedgerOptions | undefined;
  /** undefined: nothing is ever removed. */
  readonly retentionMs: number | undefined;
  readonly informers: Informers;
  readonly client: KubeClient;
  readonly log: Logger;
  readonly clock: Clock;
  readonly random: Random;
}

const watchMs = 5_000;

type Recorded = Parameters<Recorder["seen"]>[0];

/** Opens the ledger, again and again until it is there, and feeds it what the cluster tells. */
export class LedgerKeeper implements LedgerAccess {
  readonly #parts: Parts;
  readonly #stop = new AbortController();
  #ledger: Ledger | undefined;
  #recorder: Recorder | undefined;
  /** What is wrong with it; undefined when it answers. */
  #failure: string | undefined = "it is being opened";
  #running: Promise<void> = Promise.resolve();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  get isConfigured(): boolean {
    return this.#parts.options !== undefined;
  }

  open(): Ledger {
    if (this.#ledger !== undefined) return this.#ledger;
    const why = this.isConfigured ? this.#failure : "the server runs without one";
    throw new ForgeError("LedgerUnavailable", `there is no ledger: ${why}`);
  }

  /** What people are told where readiness is told; empty when all is well. */
  limits(): readonly string[] {
    if (!this.isConfigured || this.#failure === undefined) return [];
    return [`read-only: the ledger is not to be had: ${this.#failure}`];
  }

  /** How long the write of what the cluster tells has not ended. */
  get writingMs(): number {
    return this.#recorder?.writingMs ?? 0;
  }

  /** Begins, once the caches are filled, and returns at once. */
  async start(): Promise<void> {
    const { options } = this.#parts;
    if (options !== undefined) this.#running = this.#run(options);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    await this.#ledger?.close();
  }

  async #run(options: LedgerOptions): Promise<void> {
    const { informers, client, log, clock, random } = this.#parts;
    const { signal } = this.#stop;
    const backoff = new Backoff({ baseMs: 500, capMs: 30_000 }, random);
    while (this.#ledger === undefined && !signal.aborted) {
      try {
        this.#ledger = await openLedger({ ...options, log });
      } catch (error) {
        this.#failure = error instanceof ForgeError ? error.message : "it cannot be opened";
        log.warn({ error }, "ledger not opened: the API is read-only");
        await sleep(clock, backoff.next(), signal);
      }
    }
    if (this.#ledger === undefined) return;
    this.#failure = undefined;
    const told = [
      informers.Release,
      informers.ReleaseDeployment,
      informers.ReleaseApproval,
      informers.ReleasePointer,
    ];
    const recorder = new Recorder({
      ledger: this.#ledger,
      objects: () => told.flatMap((informer) => informer.cache.list() as readonly Recorded[]),
      // The caches leave out what a deployment was decided by.
      whole: (object, until) => readWhole(client, object, until),
      log,
      sleep: (ms, until) => sleep(clock, ms, until),
      random,
    });
    this.#recorder = recorder;
    for (const informer of told) {
      informer.addHandler((type: string, object: KubeObject) => {
        if (type === "deleted") recorder.gone(object as Recorded);
        else if (type !== "resync") recorder.seen(object as Recorded);
      });
    }
    log.info({}, "ledger open");
    for (const informer of told) await informer.waitForSync(signal).catch(() => undefined);
    if (signal.aborted) return;
    const ledger = this.#ledger;
    await Promise.all([
      recorder.run(signal),
      this.#retain(ledger, signal),
      this.#watch(ledger, signal),
    ]);
  }

  /** A database may go and come back: nothing but readiness is made of it. */
  async #watch(ledger: Ledger, signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#parts;
    for (;;) {
      await sleep(clock, watchMs, signal);
      if (signal.aborted) return;
      const { ok, message = "it does not say why" } = await ledger.health(signal);
      const failure = ok ? undefined : message;
      if (ok && this.#failure !== undefined) log.info({}, "ledger answers again");
      if (!ok && this.#failure === undefined) {
        log.warn({ failure }, "ledger does not answer: the API is read-only");
      }
      this.#failure = failure;
    }
  }

  async #retain(ledger: Ledger, signal: AbortSignal): Promise<void> {
    const { retentionMs, log, clock, random } = this.#parts;
    if (retentionMs === undefined) return;
    await keepRetention({ ledger, retentionMs, log, clock, random }, signal);
  }
}

/** By a list of one: the server's account may list and watch, and nothing else. */
async function readWhole(
  client: KubeClient,
  { metadata: { namespace, name } }: ReleaseDeployment,
  signal: AbortSignal,
): Promise<ReleaseDeployment | undefined> {
  const selection = { namespace, fieldSelector: `metadata.name=${name}`, maximum: 1, signal };
  const { items } = await client.listAll<ReleaseDeployment & KubeObject>(
    releaseDeploymentKind,
    selection,
  );
  return items[0];
}
