import { randomUUID } from "node:crypto";
import type { AttemptJournal } from "./journal/attempt-journal.ts";
import {
  type Clock,
  isConflict,
  jitter,
  type Key,
  keyText,
  type Logger,
  type Random,
  type Retry,
  withDeadline,
} from "./kube/index.ts";
import type { Outcome, Reconciler } from "./reconciler.ts";
import { backgroundPriority } from "./source.ts";
import type { WorkQueue } from "./work-queue.ts";

/** Outcomes as metrics count them. */
export type OutcomeLabel = Outcome["type"] | "error";

export interface LoopOptions {
  /** The controller's name, in logs and metrics. */
  readonly name: string;
  readonly reconciler: Reconciler;
  readonly queue: WorkQueue;
  readonly log: Logger;
  readonly clock: Clock;
  readonly random: Random;
  readonly workers?: number;
  /** After this a reconcile's signal aborts. The worker still waits for it to return. */
  readonly timeoutMs?: number;
  /** When a waiting key is looked at although no watch has brought it back. */
  readonly waitResyncMs?: number;
  /** Marks each attempt, and delays those at objects during whose attempts a process ended. */
  readonly journal?: Pick<AttemptJournal, "begin" | "delayMs"> | undefined;
  /** What every line about a key says besides, such as whose request it answers. */
  readonly about?: (key: Key) => object;
  readonly observe?: (outcome: OutcomeLabel, seconds: number) => void;
}

export interface LoopSignals {
  /** Take no more keys; let the reconciles under way finish. */
  readonly stop: AbortSignal;
  /** Abort the reconciles under way. */
  readonly abort: AbortSignal;
}

class ReconcileTimeout extends Error {
  readonly retry: Retry = "backoff";
  override readonly name = "ReconcileTimeout";
}

/** Workers that take keys from one queue and hand them to one reconciler. */
export class Loop {
  readonly name: string;
  readonly queue: WorkQueue;
  readonly #options: LoopOptions;
  readonly #log: Logger;

  constructor(options: LoopOptions) {
    this.name = options.name;
    this.queue = options.queue;
    this.#options = options;
    this.#log = options.log.child({ controller: options.name });
  }

  /** Runs until stopped and drained; never rejects. */
  async run(signals: LoopSignals): Promise<void> {
    const { workers = 1 } = this.#options;
    const close = () => this.queue.close();
    if (signals.stop.aborted) close();
    signals.stop.addEventListener("abort", close, { once: true });
    await Promise.all(Array.from({ length: workers }, () => this.#work(signals.abort)));
  }

  async #work(abort: AbortSignal): Promise<void> {
    for (let key = await this.queue.next(); key !== undefined; key = await this.queue.next()) {
      await this.#attempt(key, abort);
      this.queue.done(key);
    }
  }

  async #attempt(key: Key, abort: AbortSignal): Promise<void> {
    const { journal } = this.#options;
    const afterMs = journal?.delayMs(this.name, key) ?? 0;
    if (afterMs > 0) {
      this.queue.add(key, { afterMs, priority: backgroundPriority });
      return;
    }
    const end = journal?.begin(this.name, key);
    try {
      await this.#reconcile(key, abort);
    } finally {
      end?.();
    }
  }

  async #reconcile(key: Key, abort: AbortSignal): Promise<void> {
    const { clock, reconciler, timeoutMs = 300_000, about, observe } = this.#options;
    const reconcileId = randomUUID();
    const log = this.#log.child({ key: keyText(key), reconcileId, ...about?.(key) });
    const startedAt = clock.monotonic();
    let label: OutcomeLabel;
    try {
      const timeoutReason = () => {
        log.warn({ timeoutMs }, "reconcile is taking too long: aborting it");
        return new ReconcileTimeout(`not reconciled within ${timeoutMs} ms`);
      };
      const outcome = await withDeadline(
        { clock, timeoutMs, timeoutReason, signal: abort },
        async (signal) => reconciler.reconcile(key, { log, signal, reconcileId }),
      );
      label = outcome.type;
      this.#settle(key, outcome, log);
    } catch (error) {
      if (abort.aborted) {
        log.debug({ error }, "reconcile interrupted");
        return;
      }
      label = "error";
      this.#fail(key, error, log);
    }
    observe?.(label, (clock.monotonic() - startedAt) / 1_000);
  }

  #settle(key: Key, outcome: Outcome, log: Logger): void {
    const { random, waitResyncMs = 600_000 } = this.#options;
    this.queue.forget(key);
    switch (outcome.type) {
      case "requeue":
        this.queue.add(key, { afterMs: outcome.afterMs });
        break;
      case "wait":
        this.queue.add(key, {
          afterMs: jitter(waitResyncMs, 0.1, random),
          priority: backgroundPriority,
        });
        break;
      default:
    }
    log.debug({ outcome }, "reconciled");
  }

  #fail(key: Key, error: unknown, log: Logger): void {
    if (isConflict(error)) {
      // Computed from an object that has changed since: nothing is wrong, and the new one is near.
      log.debug({ error, afterMs: this.queue.addFailed(key) }, "reconcile conflicted");
      return;
    }
    const retry = retryOf(error);
    if (retry === "never") {
      this.queue.forget(key);
      log.error({ error, retry }, "reconcile failed");
      return;
    }
    let afterMs: number;
    if (retry === "backoff") {
      afterMs = this.queue.addFailed(key);
    } else {
      ({ afterMs } = retry);
      this.queue.add(key, { afterMs });
    }
    log.error({ error, afterMs }, "reconcile failed");
  }
}

/** What a thrown thing says of itself, whatever class it is of. */
function retryOf(thrown: unknown): Retry {
  const said: unknown =
    typeof thrown === "object" && thrown !== null && "retry" in thrown ? thrown.retry : undefined;
  if (said === "never") return said;
  if (typeof said === "object" && said !== null && "afterMs" in said) {
    const { afterMs } = said;
    if (typeof afterMs === "number" && afterMs >= 0) return { afterMs };
  }
  return "backoff";
}
