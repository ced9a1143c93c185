import type { GitRemote } from "../../git/index.ts";
import { type CommitLog, readLog } from "./commit-log.ts";
import { parseTrailers } from "./commit-message.ts";

/** Most answers are near the head; the second step bounds what a search may cost. */
const depths = [50, 1_000] as const;

export interface FoundCommit {
  readonly id: string;
  /** When it was made, ISO 8601 in UTC. */
  readonly time: string;
}

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
): Promise<ReadonlyMap<string, FoundCommit>> {
  let found = new Map<string, FoundCommit>();
  for (const depth of depths) {
    const log = await readLog(remote, head, depth, signal);
    found = search(log, deployments);
    const reached = log.complete || log.commits.some(({ id }) => id === until);
    if (reached || found.size === deployments.size) break;
  }
  return found;
}

function search({ commits }: CommitLog, wanted: ReadonlySet<string>): Map<string, FoundCommit> {
  const found = new Map<string, FoundCommit>();
  for (const { id, message, committer } of commits) {
    const { deployment } = parseTrailers(message);
    if (deployment === undefined || !wanted.has(deployment)) continue;
    found.set(deployment, { id, time: committer.time });
  }
  return found;
}
