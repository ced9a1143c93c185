/**
 * Active/standby by a coordination.k8s.io/v1 Lease.
 *
 * Two clocks are never compared. A candidate takes a lease over only when it has itself seen it
 * unchanged for the lease's duration. A leader counts from the moment it *sent* the last renewal
 * that succeeded, on a monotonic clock, and fences itself at the renew deadline, which is shorter
 * than the duration: so its signal has aborted before anyone else may begin. Every write is
 * conditional on the resource version that was read.
 */
import { type Fence, LeadershipLost } from "./fence.ts";
import {
  type Clock,
  isAlreadyExists,
  isConflict,
  isNotFound,
  jitter,
  type Key,
  type KubeClient,
  keyText,
  type Logger,
  type Random,
  sleep,
} from "./kube/index.ts";
import { type Lease, leaseResource, leaseWith, type Tenure } from "./lease.ts";

export interface LeaderElectionOptions {
  readonly client: Pick<KubeClient, "get" | "create" | "replace">;
  readonly lease: Key;
  /** Unique to this process. */
  readonly identity: string;
  readonly log: Logger;
  readonly clock: Clock;
  readonly random: Random;
  /** How long others wait after the last renewal they saw. */
  readonly durationMs?: number;
  /** How long this leader goes on after the last renewal it sent. */
  readonly renewDeadlineMs?: number;
  readonly retryMs?: number;
  /** Open while this process leads. The election's own client must not go through it. */
  readonly fence?: Fence;
}

/** A term of leadership. */
export interface Leadership {
  /** Aborts when leadership is lost, not when it is released. */
  readonly signal: AbortSignal;
  /** Gives the lease up, so that another may lead at once. To be called when all work has ended. */
  release(): Promise<void>;
}

export class LeaderElection {
  readonly #options: LeaderElectionOptions;
  readonly #durationMs: number;
  readonly #renewDeadlineMs: number;
  readonly #retryMs: number;
  /** The lease as last seen, and when this version of it was first seen. */
  #seen: { readonly lease: Lease; readonly at: number } | undefined;

  /** @throws RangeError unless duration > renew deadline > twice the retry period. */
  constructor(options: LeaderElectionOptions) {
    this.#options = options;
    this.#durationMs = options.durationMs ?? 15_000;
    this.#renewDeadlineMs = options.renewDeadlineMs ?? 10_000;
    this.#retryMs = options.retryMs ?? 2_000;
    if (this.#durationMs <= this.#renewDeadlineMs || this.#renewDeadlineMs <= 2 * this.#retryMs) {
      throw new RangeError("leader election: duration > renew deadline > 2 × retry is required");
    }
  }

  /** Waits until this process leads; rejects with the signal's reason. */
  async acquire(signal: AbortSignal): Promise<Leadership> {
    const { log, identity } = this.#options;
    for (;;) {
      signal.throwIfAborted();
      const sentAt = await this.#try(() => this.#acquireOnce(signal), "acquire", signal);
      if (sentAt !== undefined) {
        log.info({ identity, lease: keyText(this.#options.lease) }, "became leader");
        return this.#lead(sentAt);
      }
      await this.#pause(signal);
    }
  }

  /** One attempt; answers when it was sent, or undefined when somebody else holds the lease. */
  async #acquireOnce(signal: AbortSignal): Promise<number | undefined> {
    const lease = await this.#read(signal);
    if (lease !== undefined && !this.#mayTake(lease)) return undefined;
    return this.#write(lease, this.#tenureAfter(lease), signal);
  }

  #mayTake(lease: Lease): boolean {
    const { holderIdentity, leaseDurationSeconds } = lease.spec ?? {};
    if (!holderIdentity || holderIdentity === this.#options.identity) return true;
    const durationMs = (leaseDurationSeconds ?? this.#durationMs / 1_000) * 1_000;
    const seenAt = this.#seen?.at ?? this.#options.clock.monotonic();
    return this.#options.clock.monotonic() - seenAt >= durationMs;
  }

  #tenureAfter(lease: Lease | undefined): Tenure {
    const { identity: holder, clock } = this.#options;
    const { holderIdentity, acquireTime, leaseTransitions = 0 } = lease?.spec ?? {};
    const durationMs = this.#durationMs;
    const now = clock.now();
    if (holderIdentity === holder) {
      return { holder, durationMs, now, acquireTime, transitions: leaseTransitions };
    }
    return { holder, durationMs, now, transitions: lease ? leaseTransitions + 1 : 0 };
  }

  #lead(firstSentAt: number): Leadership {
    const lost = new AbortController();
    const released = new AbortController();
    const renewing = this.#renew(firstSentAt, lost, released.signal);
    return {
      signal: lost.signal,
      release: async () => {
        released.abort();
        await renewing;
        this.#options.fence?.close();
        if (!lost.signal.aborted) await this.#giveUp();
      },
    };
  }

  async #renew(firstSentAt: number, lost: AbortController, released: AbortSignal): Promise<void> {
    const { clock, log, identity, fence } = this.#options;
    const lose = (why: string) => {
      if (lost.signal.aborted || released.aborted) return;
      fence?.close();
      log.error({ identity, why }, "leadership lost");
      lost.abort(new LeadershipLost(`leadership lost: ${why}`));
    };
    const arm = (sentAt: number) => {
      const deadline = sentAt + this.#renewDeadlineMs;
      fence?.openUntil(deadline);
      return clock.after(Math.max(0, deadline - clock.monotonic()), () =>
        lose("the lease could not be renewed in time"),
      );
    };
    const ended = AbortSignal.any([lost.signal, released]);
    let disarm = arm(firstSentAt);
    while (!ended.aborted) {
      await this.#pause(ended);
      if (ended.aborted) break;
      // Not cut short by a release: a renewal whose answer is lost leaves a version unknown.
      const renewed = await this.#try(() => this.#renewOnce(lost.signal), "renew", lost.signal);
      if (lost.signal.aborted) break;
      if (renewed === "taken") lose("another holds the lease");
      else if (renewed !== undefined) {
        disarm();
        disarm = arm(renewed);
      }
    }
    disarm();
  }

  async #renewOnce(signal: AbortSignal): Promise<number | "taken"> {
    try {
      const lease = this.#seen?.lease;
      return await this.#write(lease, this.#tenureAfter(lease), signal);
    } catch (error) {
      if (!isConflict(error) && !isNotFound(error) && !isAlreadyExists(error)) throw error;
    }
    // Changed by another hand, or by a renewal of ours whose answer was lost.
    const lease = await this.#read(signal);
    const holder = lease?.spec?.holderIdentity;
    if (lease !== undefined && holder !== this.#options.identity) return "taken";
    return this.#write(lease, this.#tenureAfter(lease), signal);
  }

  async #giveUp(): Promise<void> {
    const { clock, lease: key } = this.#options;
    const lease = this.#seen?.lease;
    const transitions = lease?.spec?.leaseTransitions ?? 0;
    // One second is the least the API allows; an empty holder lets others in before that.
    const tenure: Tenure = { holder: "", durationMs: 1_000, now: clock.now(), transitions };
    const signal = AbortSignal.timeout(this.#retryMs);
    await this.#try(() => this.#write(lease, tenure, signal), "release", signal);
    this.#options.log.info({ lease: keyText(key) }, "leadership released");
  }

  async #read(signal: AbortSignal): Promise<Lease | undefined> {
    const { client, lease: key } = this.#options;
    try {
      const options = { signal, timeoutMs: this.#retryMs };
      const lease = await client.get<Lease>(leaseResource, key, options);
      this.#remember(lease);
      return lease;
    } catch (error) {
      if (!isNotFound(error)) throw error;
      this.#seen = undefined;
      return undefined;
    }
  }

  /** Answers when the request was sent. */
  async #write(lease: Lease | undefined, tenure: Tenure, signal: AbortSignal): Promise<number> {
    const { client, lease: key, clock } = this.#options;
    const next = leaseWith(lease, key, tenure);
    const options = { signal, timeoutMs: this.#retryMs };
    const sentAt = clock.monotonic();
    const written =
      lease === undefined
        ? await client.create<Lease>(leaseResource, next, options)
        : await client.replace<Lease>(leaseResource, next, options);
    this.#remember(written);
    return sentAt;
  }

  #remember(lease: Lease): void {
    if (lease.metadata.resourceVersion === this.#seen?.lease.metadata.resourceVersion) return;
    this.#seen = { lease, at: this.#options.clock.monotonic() };
  }

  async #try<T>(
    work: () => Promise<T>,
    doing: string,
    signal: AbortSignal,
  ): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (!signal.aborted) this.#options.log.warn({ error, doing }, "lease request failed");
      return undefined;
    }
  }

  async #pause(signal: AbortSignal): Promise<void> {
    await sleep(this.#options.clock, jitter(this.#retryMs, 0.2, this.#options.random), signal);
  }
}
