import { ForgeError } from "../api/index.ts";
import { branchNameProblem } from "../git/index.ts";
import { BranchQueue } from "./branch/branch-queue.ts";
import { pointerPath } from "./branch/build-commits.ts";
import { readHistory } from "./history/deployment-history.ts";
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
// Concurrency: one queue per (url, branch); one look or push at a time in each, by however many
// callers. What waits is committed in order of arrival, one commit a deployment, up to 500 commits
// a push; of the deployments of one pointer that wait the newest alone. A push never mixes
// credentials. `history` has a connection of its own and holds up nobody.
//
// Invariants:
// - A push names the head it was built on (compare-and-swap) and is never forced.
// - Other people's commits, files, comments and modes are never rewritten: trees are edited in
//   their bytes, pointer files in their YAML.
// - A deployment that the head carries is not committed again; one behind a later deployment of
//   the same pointer is never committed; one whose file changed under it is decided again.
// - What the store holds of a branch is on the server: a push that did not count leaves no trace.
//
// Failures:
// - A lost race: read the head, build anew on it, push again, with backoff and jitter, until the
//   request's deadline. So too when the server says that it lost a race and the head stays.
// - The server refuses thrice without having moved: half as many at once, down to one, which fails
//   with GitRejected. When it could not unpack: again, with all that deltas stand on.
// - An answer that was lost: while the head stays, the same push again; once it has moved, look for
//   the deployment's trailer behind the new head before building anew.
// - Killed between push and status: the head's pointer file carries the deployment; its commit is
//   found by its trailer, and answered as alreadyCommitted.
// - Network errors and 5xx: again until the deadline. Credentials, branch, url: at once.
// - A force push, a re-created repository, an object that is missing: read everything anew, build on
//   what is there. A branch that is gone: GitBranchNotFound, or begun in a repository without any.
// - A pointer that cannot be edited fails its own request only, and only after a fresh look.

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
