import { type Clock, type Informer, type KubeObject, type Logger, sleep } from "./kube/index.ts";
import type { Leadership } from "./leader-election.ts";
import type { Loop } from "./loop.ts";

export interface Service {
  start(): Promise<unknown>;
  stop(): Promise<void>;
}

export interface ManagerOptions {
  /** Up first and down last: health and metrics. */
  readonly servers: readonly Service[];
  readonly informers: readonly Pick<
    Informer<KubeObject>,
    "resource" | "run" | "synced" | "waitForSync"
  >[];
  readonly loops: readonly Pick<Loop, "run">[];
  /** Absent: this process works without asking. */
  readonly election?: { acquire(signal: AbortSignal): Promise<Leadership> };
  readonly onLeading?: (leads: boolean) => void;
  readonly log: Logger;
  readonly clock: Clock;
  /** How long the reconciles under way may take after a stop; then they are aborted. */
  readonly graceMs?: number;
}

/** How long an aborted reconcile may take to return. */
const interruptMs = 5_000;

/**
 * Starts and stops the parts in order:
 * servers → informers, until synced → leadership → loops, and back: loops drained → leadership
 * released → informers → servers.
 */
export class Manager {
  readonly #options: ManagerOptions;

  constructor(options: ManagerOptions) {
    this.#options = options;
  }

  /** What keeps this process from being ready. A standby is ready: it can take over. */
  notReady(): readonly string[] {
    return this.#options.informers
      .filter((informer) => !informer.synced)
      .map((informer) => `${informer.resource.plural}: first list not complete`);
  }

  /**
   * Resolves after an orderly stop. Rejects when a server cannot start, when a reconcile does not
   * end although aborted, and with LeadershipLost when another process may be leading: then the
   * only safe thing is to end this one.
   */
  async run(signal: AbortSignal): Promise<void> {
    const { servers, informers } = this.#options;
    const informing = new AbortController();
    const started: Service[] = [];
    let running: Promise<unknown> = Promise.resolve();
    try {
      for (const server of servers) {
        await server.start();
        started.push(server);
      }
      running = Promise.all(informers.map((informer) => informer.run(informing.signal)));
      await this.#work(signal);
    } finally {
      informing.abort();
      await running;
      for (const server of started.toReversed()) await server.stop();
    }
  }

  async #work(signal: AbortSignal): Promise<void> {
    const { informers, election, onLeading, log } = this.#options;
    let leadership: Leadership | undefined;
    try {
      await Promise.all(informers.map((informer) => informer.waitForSync(signal)));
      log.info({ informers: informers.length }, "caches are synced");
      leadership = await election?.acquire(signal);
    } catch (error) {
      if (signal.aborted) return;
      throw error;
    }
    onLeading?.(true);
    const drained = await this.#runLoops(signal, leadership?.signal);
    onLeading?.(false);
    if (leadership?.signal.aborted) throw leadership.signal.reason;
    // A lease that is not released keeps others out until it runs out: long enough.
    if (!drained) throw new Error("stopped, but reconciles under way ignored their signal");
    await leadership?.release();
  }

  /** Ends after a stop, or when leadership is lost; answers whether every reconcile has ended. */
  async #runLoops(signal: AbortSignal, lost: AbortSignal | undefined): Promise<boolean> {
    const { loops, log, clock, graceMs = 25_000 } = this.#options;
    const stop = new AbortController();
    const abort = new AbortController();
    const drained = new AbortController();
    const abandoned = Promise.withResolvers<boolean>();
    const interrupt = async (reason: unknown) => {
      abort.abort(reason);
      stop.abort();
      await sleep(clock, interruptMs, drained.signal);
      abandoned.resolve(false);
    };
    const onStop = async () => {
      log.info({ graceMs }, "stopping: draining the loops");
      stop.abort();
      await sleep(clock, graceMs, drained.signal);
      if (!drained.signal.aborted) await interrupt(signal.reason);
    };
    // Another process may write from now on: there is no grace.
    const onLost = () => interrupt(lost?.reason);
    if (signal.aborted) void onStop();
    else signal.addEventListener("abort", onStop, { once: true });
    if (lost?.aborted) void onLost();
    else lost?.addEventListener("abort", onLost, { once: true });
    const running = loops.map((loop) => loop.run({ stop: stop.signal, abort: abort.signal }));
    const finished = await Promise.race([allOf(running), abandoned.promise]);
    drained.abort();
    signal.removeEventListener("abort", onStop);
    return finished;
  }
}

async function allOf(running: readonly Promise<void>[]): Promise<boolean> {
  await Promise.all(running);
  return true;
}
