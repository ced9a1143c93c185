import { ForgeError } from "../../api/index.ts";
import { compareSequences } from "./conflict.ts";
import type { PendingCommit } from "./pending-commit.ts";

/**
 * Of the deployments of one pointer that wait, the newest alone is committed: by their sequence,
 * or by their arrival where sequences say nothing. The others are rejected with
 * DeploymentOutdated; not so one that a lost answer may have brought to the branch already.
 */
export function supersede(waiting: readonly PendingCommit[]): void {
  for (const ofPointer of Map.groupBy(waiting, pointerKey).values()) {
    const newest = ofPointer.reduce((best, next) => (isNewer(best, next) ? next : best));
    for (const pending of ofPointer) {
      if (idOf(pending) === idOf(newest) || pending.doubt !== undefined) continue;
      const what = `deployment ${idOf(pending)} waited, and was superseded by ${idOf(newest)}`;
      const hint = "Nothing has to be done: the newer deployment takes its place.";
      pending.reject(new ForgeError("DeploymentOutdated", what, { hint }));
    }
  }
}

function isNewer(best: PendingCommit, next: PendingCommit): boolean {
  return (compareSequences(idOf(best), idOf(next)) ?? -1) < 0;
}

function idOf(pending: PendingCommit): string {
  return pending.request.deployment.id;
}

/** With the credentials: who is refused by the server must not take the place of who is not. */
function pointerKey({ remoteKey, request }: PendingCommit): string {
  const { environment, repository, project } = request.deployment;
  return JSON.stringify([remoteKey, request.pathTemplate, environment, repository, project]);
}
