import { inSlices, type Sliced, VisitCount } from "../../concurrency/index.ts";
import { type Commit, type GitRemote, ObjectStore } from "../../git/index.ts";
import { isErrorCode } from "../error-code.ts";

export interface LoggedCommit extends Commit {
  readonly id: string;
}

/** Commits behind a head, parents before their children. */
export interface CommitLog {
  readonly commits: readonly LoggedCommit[];
  /** Every commit that the head reaches is here. */
  readonly complete: boolean;
}

/** The last `depth` generations of commits, without what they hold where the server can tell. */
export async function readLog(
  remote: GitRemote,
  head: string,
  depth: number,
  signal: AbortSignal,
): Promise<CommitLog> {
  const store = new ObjectStore();
  try {
    await remote.fetch({ wants: [head], depth, filter: "tree:0" }, store, signal);
  } catch (error) {
    // Servers that offer filters may still refuse this one.
    if (!isErrorCode(error, "GitProtocol")) throw error;
    await remote.fetch({ wants: [head], depth, filter: "blob:none" }, store, signal);
  }
  return await inSlices(sortByAncestry(store, head), signal);
}

function* sortByAncestry(store: ObjectStore, head: string): Sliced<CommitLog> {
  const visits = new VisitCount();
  const commits: LoggedCommit[] = [];
  const seen = new Set<string>([head]);
  let complete = true;
  // Each with the number of its parents that were looked at: recursion would be as deep as history.
  const open = [{ id: head, commit: store.commit(head), next: 0 }];
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    const parent = top.commit.parents[top.next++];
    if (visits.visit(top.next === 1 ? top.commit.message.length : 0)) yield;
    if (parent === undefined) {
      commits.push({ id: top.id, ...top.commit });
      open.pop();
    } else if (!store.has(parent)) complete = false;
    else if (!seen.has(parent)) {
      seen.add(parent);
      open.push({ id: parent, commit: store.commit(parent), next: 0 });
    }
  }
  return { commits, complete };
}
