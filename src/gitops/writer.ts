import { ForgeError } from "../api/index.ts";
import { branchNameProblem } from "../git/index.ts";
import { BranchQueue } from "./branch-queue.ts";
import { pointerPath } from "./build-commits.ts";
import { readHistory } from "./deployment-history.ts";
import type {
  CommitRequest,
  CommitResult,
  CurrentDeployment,
  DeploymentHistory,
  GitOpsWriter,
  HistoryRequest,
  PointerLocation,
} from "./ports.ts";
import { defaultWriterOptions, type WriterOptions } from "./writer-options.ts";

// The repository writer. It works on the object database alone: no work tree, no hooks, no filters.
//
// Concurrency: one queue per (url, branch); one push at a time in each. What waits is committed in
// order of arrival, one commit a deployment, many commits a push; a push never mixes credentials.
// Invariants: a push names the head it was built on (compare-and-swap) and is never forced; other
// people's commits and files are never rewritten; a deployment that the head carries is not
// committed again.
// Failures: a lost race → read the head, build anew on it, push again. An answer that was lost →
// look for the deployment's trailer behind the new head before building again. The server refuses
// without having moved → one request at a time, GitRejected after three. Network errors → again,
// with backoff and jitter, until the request's deadline. Credentials, branch, url → at once. A
// pointer that cannot be edited fails its own request only.

export function createGitOpsWriter(options: WriterOptions = {}): GitOpsWriter {
  return new QueuedWriter({ ...defaultWriterOptions, ...options });
}

class QueuedWriter implements GitOpsWriter {
  readonly #options: Required<WriterOptions>;
  /** By url and branch, the one used last at the end. */
  readonly #queues = new Map<string, BranchQueue>();

  constructor(options: Required<WriterOptions>) {
    this.#options = options;
  }

  async commit(request: CommitRequest, signal: AbortSignal): Promise<CommitResult> {
    // Asked here too, so that a bad template costs no round trip.
    pointerPath(request, this.#options.format);
    const result = this.#queueFor(request).commit(request, signal);
    this.#makeRoom();
    return result;
  }

  async currentDeployment(
    location: PointerLocation,
    signal: AbortSignal,
  ): Promise<CurrentDeployment | undefined> {
    const result = this.#queueFor(location).currentDeployment(location, signal);
    this.#makeRoom();
    return result;
  }

  async history(
    request: HistoryRequest,
    limit: number,
    signal: AbortSignal,
  ): Promise<DeploymentHistory> {
    checkBranch(request.branch);
    const remote = this.#options.openRemote(request.remote);
    try {
      return await readHistory(remote, request, this.#options.format, limit, signal);
    } finally {
      await remote.close();
    }
  }

  async close(): Promise<void> {
    const queues = [...this.#queues.values()];
    this.#queues.clear();
    await Promise.all(queues.map((queue) => queue.close()));
  }

  #queueFor({ branch, remote }: Pick<CommitRequest, "branch" | "remote">): BranchQueue {
    checkBranch(branch);
    const key = `${remote.url}\n${branch}`;
    const queue = this.#queues.get(key) ?? new BranchQueue(branch, this.#options);
    this.#queues.delete(key);
    this.#queues.set(key, queue);
    return queue;
  }

  #makeRoom(): void {
    if (this.#queues.size <= this.#options.maxBranches) return;
    for (const [key, queue] of this.#queues) {
      if (!queue.idle) continue;
      this.#queues.delete(key);
      void queue.close();
      return;
    }
  }
}

function checkBranch(branch: string): void {
  const problem = branchNameProblem(branch);
  if (problem === undefined) return;
  throw new ForgeError("InvalidObject", `branch "${branch}" ${problem}`);
}
