import type { GitRemote } from "../../git/index.ts";
import { type CommitLog, readLog } from "./commit-log.ts";
import { parseTrailers } from "./commit-message.ts";

/** Most answers are near the head; the second step bounds what a search may cost. */
const depths = [50, 1_000] as const;

/**
 * The commits that brought these deployments, by their trailers; those not found within the last
 * 1,000 generations of commits are left out. `until` ends the search early: nothing behind that
 * commit need be looked at.
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
    const log = await readLog(remote, head, depth, signal);
    found = search(log, deployments);
    const reached = log.complete || log.commits.some(({ id }) => id === until);
    if (reached || found.size === deployments.size) break;
  }
  return found;
}

function search({ commits }: CommitLog, deployments: ReadonlySet<string>): Map<string, string> {
  const found = new Map<string, string>();
  for (const { id, message } of commits) {
    const { deployment } = parseTrailers(message);
    if (deployment !== undefined && deployments.has(deployment)) found.set(deployment, id);
  }
  return found;
}
