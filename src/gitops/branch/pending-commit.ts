import { ForgeError } from "../../api/index.ts";
import type { RemoteOptions } from "../../git/index.ts";
import type { CommitRequest, CommitResult } from "../ports.ts";
import type { PinnedState } from "./conflict.ts";

const defaultDeadlineMs = 60_000;

/** Equal for options by which the server would let the same things happen. */
export function remoteKey(options: RemoteOptions): string {
  const { network: _shared, ...own } = options;
  return JSON.stringify(own);
}

/** A request that waits, until it is answered, its caller leaves, or its time is over. */
export class PendingCommit {
  readonly request: CommitRequest;
  readonly promise: Promise<CommitResult>;
  /** Requests may share a push only when the server would let either of them push alone. */
  readonly remoteKey: string;
  readonly arrivedAt = performance.now();
  /** What the pointer file said at the first look at the server behind the arrival. */
  basis: PinnedState | undefined;
  /** A push that held this request was sent on this head, and its answer never came. */
  doubt: { readonly sentOn: string | undefined } | undefined;
  /** The last reason why it could not be committed yet. */
  lastError: ForgeError | undefined;
  #settled = false;
  readonly #resolve: (result: CommitResult) => void;
  readonly #reject: (error: unknown) => void;
  readonly #release: () => void;

  constructor(request: CommitRequest, signal: AbortSignal) {
    const { promise, resolve, reject } = Promise.withResolvers<CommitResult>();
    this.request = request;
    this.promise = promise;
    this.remoteKey = remoteKey(request.remote);
    this.#resolve = resolve;
    this.#reject = reject;
    const deadlineMs = request.deadlineMs ?? defaultDeadlineMs;
    const timer = setTimeout(() => this.reject(this.#overdue(deadlineMs)), deadlineMs);
    const abort = () => this.reject(signal.reason);
    signal.addEventListener("abort", abort);
    this.#release = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", abort);
    };
    if (signal.aborted) abort();
  }

  get settled(): boolean {
    return this.#settled;
  }

  /** The first answer counts; later ones change nothing, as with promises. */
  resolve(result: CommitResult): void {
    this.#settle();
    this.#resolve(result);
  }

  reject(error: unknown): void {
    this.#settle();
    this.#reject(error);
  }

  #settle(): void {
    this.#settled = true;
    this.#release();
  }

  #overdue(deadlineMs: number): ForgeError {
    const what = `deployment ${this.request.deployment.id} did not reach branch "${this.request.branch}" within ${deadlineMs} ms`;
    const { lastError } = this;
    if (lastError === undefined) return new ForgeError("Timeout", what);
    const { code, hint, message } = lastError;
    return new ForgeError(code, `${what}: ${message}`, { cause: lastError, hint });
  }
}
