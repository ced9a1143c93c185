import { ForgeError } from "../../api/index.ts";
import { formatOf, type GitRemote, type ObjectFormat, ObjectStore } from "../../git/index.ts";
import { isErrorCode } from "../error-code.ts";

/** Where a branch stands, with all trees of that commit; blobs come when they are needed. */
export interface BranchHead {
  /** undefined in a repository that has no commit yet. */
  readonly id: string | undefined;
  readonly format: ObjectFormat;
  readonly store: ObjectStore;
  /** When the look at the server, or the push, began that showed it; monotonic. */
  readonly shownAt: number;
}

/**
 * The commit at which a branch stands; undefined in a repository that has no refs at all, as a new
 * one. Throws GitBranchNotFound.
 */
export async function readBranchHead(
  remote: GitRemote,
  branch: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const name = `refs/heads/${branch}`;
  const refs = await remote.listRefs([name], signal);
  const id = refs.find((ref) => ref.name === name)?.id;
  if (id !== undefined || (await remote.listRefs([], signal)).length === 0) return id;
  throw new ForgeError("GitBranchNotFound", `the repository has no branch "${branch}"`);
}

/**
 * Reads the head from the server. With a known head only what has changed is sent (deltas against
 * the known trees, one commit deep); without one, all its trees. Throws GitBranchNotFound unless
 * the repository is empty, GitProtocol when the known head is of no use: forget it then.
 */
export async function readHead(
  remote: GitRemote,
  branch: string,
  known: BranchHead | undefined,
  signal: AbortSignal,
): Promise<BranchHead> {
  const shownAt = performance.now();
  const id = await readBranchHead(remote, branch, signal);
  if (id === undefined) {
    return { id, format: await remote.objectFormat(signal), store: new ObjectStore(), shownAt };
  }
  if (known?.id === id) return { ...known, shownAt };
  if (known?.id !== undefined) {
    const incremental = { haves: [known.id], shallow: [known.id] };
    await remote.fetch({ wants: [id], ...incremental, ...trees }, known.store, signal);
    return { ...known, id, shownAt };
  }
  const store = new ObjectStore();
  await remote.fetch({ wants: [id], ...trees }, store, signal);
  return { id, format: formatOf(id), store, shownAt };
}

/**
 * Gets blobs of the head into its store. A server that gives no object by its id alone is asked
 * for all that the head holds. Throws as GitRemote.fetch.
 */
export async function fetchBlobs(
  remote: GitRemote,
  head: BranchHead,
  wants: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  if (wants.length === 0) return;
  try {
    await remote.fetch({ wants }, head.store, signal);
  } catch (error) {
    if (head.id === undefined || !isErrorCode(error, "CommitNotFound", "GitProtocol")) throw error;
    await remote.fetch({ wants: [head.id], depth: 1 }, head.store, signal);
  }
}

const trees = { depth: 1, filter: "blob:none" } as const;
