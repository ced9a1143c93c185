import { ForgeError } from "../api/index.ts";
import { type GitRemote, ObjectStore } from "../git/index.ts";

/** Where a branch stands, with all trees of that commit; blobs come when they are needed. */
export interface BranchHead {
  /** undefined in a repository that has no commit yet. */
  readonly id: string | undefined;
  readonly store: ObjectStore;
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
  const name = `refs/heads/${branch}`;
  const refs = await remote.listRefs([name], signal);
  const id = refs.find((ref) => ref.name === name)?.id;
  if (id === undefined) {
    const others = await remote.listRefs([], signal);
    if (others.length === 0) return { id, store: new ObjectStore() };
    throw new ForgeError("GitBranchNotFound", `the repository has no branch "${branch}"`);
  }
  if (known?.id === id) return known;
  if (known?.id !== undefined) {
    const incremental = { haves: [known.id], shallow: [known.id] };
    await remote.fetch({ wants: [id], ...incremental, ...trees }, known.store, signal);
    return { id, store: known.store };
  }
  const store = new ObjectStore();
  await remote.fetch({ wants: [id], ...trees }, store, signal);
  return { id, store };
}

const trees = { depth: 1, filter: "blob:none" } as const;
