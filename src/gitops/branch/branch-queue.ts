import { ForgeError } from "../../api/index.ts";
import type { GitRemote, RemoteOptions } from "../../git/index.ts";
import { isErrorCode } from "../error-code.ts";
import type { CommitRequest, CommitResult, CurrentDeployment, PointerLocation } from "../ports.ts";
import type { WriterOptions } from "../writer-options.ts";
import { BranchCommitter, type Rejection } from "./branch-committer.ts";
import { PendingCommit, remoteKey } from "./pending-commit.ts";
import { saysLostRace } from "./rejection.ts";
import { supersede } from "./supersede.ts";

const maxQueued = 1_000;
/** Measured: 500 commits in one push cost the server less than a tenth of 500 pushes. */
const maxBatch = 500;
/** A rejection by a race shows at the next look at the head; what does not move thrice is a rule. */
const maxRejections = 3;
const maxProtocolErrors = 3;
const maxDelayMs = 5_000;
/** A server may not keep the branch waiting for longer by its Retry-After. */
const maxAskedMs = 30_000;

/** What waits for one branch of one repository, and when it is tried again. See writer.ts. */
export class BranchQueue {
  readonly #options: Required<WriterOptions>;
  readonly #branch: string;
  readonly #committer: BranchCommitter;
  readonly #closed = new AbortController();
  #pending: PendingCommit[] = [];
  #running: Promise<void> | undefined;
  #remote: { readonly key: string; readonly remote: GitRemote } | undefined;
  #rejected: { readonly head: string | undefined; readonly times: number } | undefined;
  #batchLimit = maxBatch;
  #failures = 0;
  /** Pointer files that are to be read, and wait for their turn. */
  readonly #reads = new Set<PointerLocation>();
  #lastTurn: Promise<unknown> = Promise.resolve();
  #failedKey: string | undefined;

  constructor(branch: string, options: Required<WriterOptions>) {
    this.#branch = branch;
    this.#options = options;
    this.#committer = new BranchCommitter(branch, options);
  }

  get idle(): boolean {
    return this.#running === undefined && this.#reads.size === 0;
  }

  commit(request: CommitRequest, signal: AbortSignal): Promise<CommitResult> {
    if (this.#pending.length >= maxQueued) {
      const what = `${maxQueued} deployments wait for branch "${this.#branch}"`;
      return Promise.reject(new ForgeError("Timeout", what));
    }
    const pending = new PendingCommit(request, signal);
    this.#pending.push(pending);
    this.#running ??= this.#run();
    return pending.promise;
  }

  /** Reads a pointer file in between pushes; whatever fails is the caller's to try again. */
  currentDeployment(
    location: PointerLocation,
    signal: AbortSignal,
  ): Promise<CurrentDeployment | undefined> {
    const within = AbortSignal.any([signal, this.#closed.signal]);
    const askedAt = performance.now();
    this.#reads.add(location);
    return this.#inTurn(async () => {
      const remote = await this.#open(location.remote);
      const key = remoteKey(location.remote);
      const alike = [...this.#reads].filter((other) => remoteKey(other.remote) === key);
      return this.#committer.currentDeployment(remote, location, alike, askedAt, within);
    }).finally(() => this.#reads.delete(location));
  }

  async close(): Promise<void> {
    this.#closed.abort();
    for (const pending of this.#pending) {
      pending.reject(new ForgeError("Timeout", "the git writer is shutting down"));
    }
    await this.#running;
    await this.#lastTurn;
    await this.#remote?.remote.close();
  }

  async #run(): Promise<void> {
    // Requests that come in the same turn of the event loop share the first push.
    await Promise.resolve();
    for (let batch = this.#nextBatch(); batch.length > 0; batch = this.#nextBatch()) {
      const over = new AbortController();
      void Promise.allSettled(batch.map(({ promise }) => promise)).then(() => over.abort());
      const signal = AbortSignal.any([over.signal, this.#closed.signal]);
      await this.#inTurn(() => this.#attempt(batch, signal));
    }
    this.#batchLimit = maxBatch;
    // No await between the last look at the queue and this: a request in between would be lost.
    this.#running = undefined;
  }

  /** The oldest requests of one remote; after a failure, another remote's go first. */
  #nextBatch(): PendingCommit[] {
    this.#pending = this.#pending.filter(({ settled }) => !settled);
    supersede(this.#pending);
    this.#pending = this.#pending.filter(({ settled }) => !settled);
    const other = this.#pending.find((pending) => pending.remoteKey !== this.#failedKey);
    const key = (other ?? this.#pending[0])?.remoteKey;
    return this.#pending.filter((pending) => pending.remoteKey === key).slice(0, this.#batchLimit);
  }

  async #attempt(batch: readonly PendingCommit[], signal: AbortSignal): Promise<void> {
    const [first] = batch;
    if (first === undefined) throw new RangeError("a batch has at least one request");
    try {
      const remote = await this.#open(first.request.remote);
      const rejection = await this.#committer.attempt(remote, batch, signal);
      this.#failures = 0;
      this.#failedKey = undefined;
      if (rejection === undefined) {
        this.#rejected = undefined;
        this.#batchLimit = Math.min(maxBatch, 2 * this.#batchLimit);
      } else await this.#afterRejection(rejection);
    } catch (error) {
      this.#committer.distrustHead();
      if (!signal.aborted) await this.#afterFailure(batch, error);
    }
  }

  /**
   * After a lost race the head is another one at the next attempt. When it stays, and the server
   * does not say that it lost one itself, a hook or a rule refuses: half as many are tried at
   * once, down to one, so that only the refused one fails.
   */
  async #afterRejection({ head, reason, message, requests }: Rejection): Promise<void> {
    const times = this.#rejected?.head === head ? (this.#rejected?.times ?? 0) + 1 : 1;
    this.#rejected = { head, times };
    const what = `branch "${this.#branch}" refuses the push: ${message}`;
    const error = new ForgeError("GitRejected", what);
    for (const pending of requests) pending.lastError = error;
    this.#options.log?.debug({ branch: this.#branch, message, times }, "push rejected");
    if (times < maxRejections || saysLostRace(reason)) return this.#delay(times);
    this.#rejected = undefined;
    if (requests.length === 1) requests[0]?.reject(error);
    this.#batchLimit = Math.ceil(requests.length / 2);
  }

  async #afterFailure(batch: readonly PendingCommit[], error: unknown): Promise<void> {
    this.#failures++;
    this.#failedKey = batch[0]?.remoteKey;
    // A rewritten branch, or a server that sends deltas against what we never had.
    if (isErrorCode(error, "GitProtocol")) this.#committer.forgetHead();
    if (!isTransient(error, this.#failures)) {
      for (const pending of batch) pending.reject(error);
      return;
    }
    for (const pending of batch) pending.lastError = error;
    const fields = { branch: this.#branch, code: error.code, reason: error.message };
    this.#options.log?.warn(fields, "git write failed, trying again");
    const { retry } = error;
    await this.#delay(this.#failures, typeof retry === "object" ? retry.afterMs : 0);
  }

  /** Full jitter: writers in other processes that lost the same race must not meet again. */
  #delay(attempt: number, askedMs = 0): Promise<void> {
    const ceiling = Math.min(50 * 2 ** attempt, maxDelayMs);
    const atLeast = Math.min(askedMs, maxAskedMs);
    return this.#options.sleep(atLeast + ceiling * this.#options.random(), this.#closed.signal);
  }

  /** The committer knows one head: attempts and reads go one after another. */
  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const turn = this.#lastTurn.then(act);
    this.#lastTurn = turn.catch(() => undefined);
    return turn;
  }

  async #open(options: RemoteOptions): Promise<GitRemote> {
    const key = remoteKey(options);
    if (this.#remote?.key === key) return this.#remote.remote;
    await this.#remote?.remote.close();
    this.#remote = undefined;
    const remote = this.#options.openRemote(options);
    this.#remote = { key, remote };
    return remote;
  }
}

function isTransient(error: unknown, failures: number): error is ForgeError {
  if (isErrorCode(error, "GitProtocol")) {
    return error.retry !== "never" && failures < maxProtocolErrors;
  }
  // CommitNotFound: the branch was rewritten between the look at the head and the fetch.
  return isErrorCode(error, "GitUnreachable", "CommitNotFound");
}
