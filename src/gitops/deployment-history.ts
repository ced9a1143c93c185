import { type GitRemote, ObjectStore } from "../git/index.ts";
import { parseTrailers } from "./commit-message.ts";
import { isErrorCode } from "./error-code.ts";

/** Most answers are near the head; the second step bounds what a search may cost. */
const depths = [50, 1_000] as const;

/**
 * The commits that brought these deployments, by their trailers, newest first; those not found
 * within the last 1,000 generations of commits are left out. `until` ends the search early:
 * nothing behind that commit is looked at.
 */
export async function findDeployments(
  remote: GitRemote,
  head: string,
  deployments: ReadonlySet<string>,
  signal: AbortSignal,
  until?: string,
): Promise<ReadonlyMap<string, string>> {
  let found = new Map<string, string>();
  for (const depth of depths) {
    const store = await fetchCommits(remote, head, depth, signal);
    const search = walk(store, head, deployments, until);
    found = search.found;
    if (search.complete || found.size === deployments.size) break;
  }
  return found;
}

async function fetchCommits(
  remote: GitRemote,
  head: string,
  depth: number,
  signal: AbortSignal,
): Promise<ObjectStore> {
  const store = new ObjectStore();
  try {
    await remote.fetch({ wants: [head], depth, filter: "tree:0" }, store, signal);
  } catch (error) {
    // Servers that offer filters may still refuse this one.
    if (!isErrorCode(error, "GitProtocol")) throw error;
    await remote.fetch({ wants: [head], depth, filter: "blob:none" }, store, signal);
  }
  return store;
}

function walk(
  store: ObjectStore,
  head: string,
  deployments: ReadonlySet<string>,
  until: string | undefined,
): { found: Map<string, string>; complete: boolean } {
  const found = new Map<string, string>();
  const queue = [head];
  const seen = new Set(queue);
  let complete = true;
  for (const id of queue) {
    if (id === until) continue;
    if (!store.has(id)) {
      complete = false;
      continue;
    }
    const { message, parents } = store.commit(id);
    const { deployment } = parseTrailers(message);
    if (deployment !== undefined && deployments.has(deployment) && !found.has(deployment)) {
      found.set(deployment, id);
    }
    for (const parent of parents) {
      if (!seen.has(parent)) queue.push(parent);
      seen.add(parent);
    }
  }
  return { found, complete };
}
