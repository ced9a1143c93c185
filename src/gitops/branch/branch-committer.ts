import { ForgeError } from "../../api/index.ts";
import { inSlices } from "../../concurrency/index.ts";
import type { GitRemote } from "../../git/index.ts";
import { isErrorCode } from "../error-code.ts";
import { type FoundCommit, findDeployments } from "../history/find-deployments.ts";
import { pointerFolder } from "../pointer/pointer-path.ts";
import type { CurrentDeployment, PointerLocation } from "../ports.ts";
import type { WriterOptions } from "../writer-options.ts";
import { type BranchHead, fetchBlobs, readHead } from "./branch-head.ts";
import {
  type Build,
  beginDraft,
  buildCommits,
  missingBlobs,
  pointerPath,
  readText,
  rootOf,
} from "./build-commits.ts";
import { findFile } from "./find-file.ts";
import { missingFiles } from "./missing-files.ts";
import type { PendingCommit } from "./pending-commit.ts";
import { saysLostRace } from "./rejection.ts";

/** The server refused a push: of these requests, built on this head. */
export interface Rejection {
  readonly head: string | undefined;
  readonly reason: string;
  readonly message: string;
  readonly requests: readonly PendingCommit[];
}

/** What a trace is told of a push that was not taken. */
const rejected = new ForgeError("GitRejected", "the push was not taken");

/** What replaced trees may take up before it is worth to look for them. */
const spareBytes = 8 * 1_024 * 1_024;

/** Takes batches to one branch, one attempt at a time, and remembers where the branch stands. */
export class BranchCommitter {
  readonly #branch: string;
  readonly #options: Required<WriterOptions>;
  #head: BranchHead | undefined;
  #headIsCurrent = false;
  /** The next push brings the bases of its deltas along. */
  #selfContained = false;
  /** What the store held when it was last pruned. */
  #prunedBytes = 0;

  constructor(branch: string, options: Required<WriterOptions>) {
    this.#branch = branch;
    this.#options = options;
  }

  /** Ask the server where the branch stands before the next attempt. */
  distrustHead(): void {
    this.#headIsCurrent = false;
  }

  /** Read everything anew before the next attempt. */
  forgetHead(): void {
    this.#head = undefined;
  }

  /** Answers each request it can; those of a rejected push are left open. */
  async attempt(
    remote: GitRemote,
    batch: readonly PendingCommit[],
    signal: AbortSignal,
  ): Promise<Rejection | undefined> {
    const isFresh = !this.#headIsCurrent;
    const head = await this.#currentHead(remote, signal);
    if (head.id !== undefined) await this.#resolveDoubts(remote, head.id, batch, signal);

    const open = batch.filter(({ settled }) => !settled);
    const requests = open.map(({ request }) => request);
    const draft = beginDraft(head);
    const blobs = missingBlobs(head, draft, requests, this.#options.format);
    await fetchBlobs(remote, head, blobs, signal);
    const time = new Date(this.#options.now()).toISOString();
    const build = buildCommits(head, draft, open, this.#options.format, time);
    if (!isFresh && build.outcomes.some(({ kind }) => kind === "refused")) {
      // A person may have repaired the file since: nobody is refused by a head of yesterday.
      this.distrustHead();
      return this.attempt(remote, batch, signal);
    }
    const withOutcome = open.map((pending, index) => ({ pending, outcome: build.outcomes[index] }));

    const present: PendingCommit[] = [];
    const built: { pending: PendingCommit; commit: string; first: boolean }[] = [];
    for (const { pending, outcome } of withOutcome) {
      if (outcome?.kind === "refused") pending.reject(outcome.error);
      else if (outcome?.kind === "present") present.push(pending);
      else if (outcome?.kind === "built") built.push({ pending, ...outcome });
    }
    if (present.length > 0 && head.id !== undefined) {
      await this.#answerPresent(remote, head.id, present, signal);
    }
    if (built.length === 0) return undefined;
    const pushed = built.map(({ pending }) => pending);
    const rejection = await this.#push(remote, head, build, pushed, signal);
    if (rejection !== undefined) return { head: head.id, ...rejection, requests: pushed };
    for (const { pending, commit, first } of built) this.#answer(pending, commit, !first);
    return undefined;
  }

  /**
   * The deployment that a pointer file carries on the server, no earlier than when it was asked:
   * those who asked before one look at the server share it.
   *
   * @param alike what waits to be read from the same remote: the files of all come in one answer
   */
  async currentDeployment(
    remote: GitRemote,
    { pointer, pathTemplate, deployment }: PointerLocation,
    alike: readonly PointerLocation[],
    askedAt: number,
    signal: AbortSignal,
  ): Promise<CurrentDeployment | undefined> {
    const { format } = this.#options;
    if (this.#head === undefined || this.#head.shownAt < askedAt) this.distrustHead();
    const head = await this.#currentHead(remote, signal);
    const segments = [...pointerFolder(pointer, pathTemplate), format.fileName];
    const blob = findFile(head.store, rootOf(head), segments);
    if (head.id === undefined || blob === undefined) return undefined;
    if (!head.store.has(blob)) {
      const blobs = [blob, ...missingFiles(head, alike, format)];
      await fetchBlobs(remote, head, [...new Set(blobs)], signal);
    }
    const path = segments.join("/");
    const carried = format.open(readText(head, blob, path), path).carried;
    if (carried === undefined) return undefined;
    if (carried.id !== deployment) return { ...carried, path };
    const found = await findDeployments(remote, head.id, new Set([carried.id]), signal);
    const brought = found.get(carried.id);
    if (brought === undefined) return { ...carried, commit: head.id, path };
    return { ...carried, commit: brought.id, time: brought.time, path };
  }

  async #currentHead(remote: GitRemote, signal: AbortSignal): Promise<BranchHead> {
    if (this.#head === undefined || !this.#headIsCurrent) {
      this.#head = await readHead(remote, this.#branch, this.#head, signal);
      this.#headIsCurrent = true;
      await this.#prune(this.#head);
    }
    return this.#head;
  }

  /** What the server says when it rejects the push. */
  async #push(
    remote: GitRemote,
    head: BranchHead,
    build: Build,
    pushed: readonly PendingCommit[],
    signal: AbortSignal,
  ): Promise<Pick<Rejection, "reason" | "message"> | undefined> {
    const { tip = "", objects } = build;
    const attributes = { "forge.git.commits": pushed.length };
    const spans = pushed.map(({ request: { span } }) => span?.child("git push", attributes));
    const ref = `refs/heads/${this.#branch}`;
    const pushedAt = performance.now();
    const deltas = { selfContained: this.#selfContained, baseOf: head.store.get.bind(head.store) };
    try {
      const request = { ref, old: head.id, new: tip, objects, ...deltas };
      const result = await remote.push(request, signal);
      for (const span of spans) span?.end(result.status === "rejected" ? rejected : undefined);
      if (result.status === "rejected") {
        this.#options.onPush(saysLostRace(result.reason) ? "raced" : "rejected", pushed.length);
        this.distrustHead();
        // Perhaps for want of a base: some servers keep less than what their head reaches.
        this.#selfContained = result.reason.startsWith("unpack");
        return { reason: result.reason, message: result.message };
      }
    } catch (error) {
      this.#options.onPush("failed", pushed.length);
      for (const span of spans) span?.end(error);
      if (!isErrorCode(error, "GitUnauthorized")) {
        for (const pending of pushed) pending.doubt ??= { sentOn: head.id };
      }
      throw error;
    }
    this.#options.onPush("pushed", pushed.length);
    build.settle();
    this.#head = { ...head, id: tip, shownAt: pushedAt };
    this.#selfContained = false;
    await this.#prune(this.#head);
    return undefined;
  }

  /**
   * Did a push arrive whose answer was lost? Then its commits are behind the head. While the head
   * stays where that push began it may still arrive; once the head has moved it no longer can.
   */
  async #resolveDoubts(
    remote: GitRemote,
    head: string,
    batch: readonly PendingCommit[],
    signal: AbortSignal,
  ): Promise<void> {
    const doubtful = batch.filter(
      ({ doubt, settled }) => !settled && doubt !== undefined && doubt.sentOn !== head,
    );
    if (doubtful.length === 0) return;
    const bases = new Set(doubtful.map(({ doubt }) => doubt?.sentOn));
    const [until] = bases.size === 1 ? bases : [];
    const found = await this.#find(remote, head, doubtful, signal, until);
    for (const pending of doubtful) {
      const commit = found.get(pending.request.deployment.id)?.id;
      if (commit === undefined) pending.doubt = undefined;
      else this.#answer(pending, commit, false);
    }
  }

  /** The head holds these deployments; a commit too far back to be found is answered by the head. */
  async #answerPresent(
    remote: GitRemote,
    head: string,
    present: readonly PendingCommit[],
    signal: AbortSignal,
  ): Promise<void> {
    const found = await this.#find(remote, head, present, signal);
    for (const pending of present) {
      this.#answer(pending, found.get(pending.request.deployment.id)?.id ?? head, true);
    }
  }

  #find(
    remote: GitRemote,
    head: string,
    pending: readonly PendingCommit[],
    signal: AbortSignal,
    until?: string,
  ): Promise<ReadonlyMap<string, FoundCommit>> {
    const ids = new Set(pending.map(({ request }) => request.deployment.id));
    return findDeployments(remote, head, ids, signal, until);
  }

  #answer(pending: PendingCommit, commit: string, alreadyCommitted: boolean): void {
    const path = pointerPath(pending.request, this.#options.format).join("/");
    pending.resolve({ commit, path, alreadyCommitted });
  }

  /**
   * Commits, ours and those of others, leave trees behind that they replaced. Walking all that the
   * head reaches costs more than a push, so it waits until the store has doubled.
   */
  async #prune({ id, store }: BranchHead): Promise<void> {
    if (id === undefined || store.bytes < 2 * this.#prunedBytes + spareBytes) return;
    // Not given up with its caller: the commits are on the server already.
    await inSlices(store.retainReachable(id), new AbortController().signal);
    this.#prunedBytes = store.bytes;
  }
}
