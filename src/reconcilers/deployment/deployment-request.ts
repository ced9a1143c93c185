/** What the GitOps writer is asked, in the words of a pointer. */
import type { Release, ReleasePointer, ReleasePointerStatus } from "../../api/index.ts";
import { remoteOptions } from "../../credentials/index.ts";
import type { CommitRequest, CurrentDeployment } from "../../gitops/index.ts";
import { repositoryOf } from "../image-name.ts";
import type { ReconcilerDeps } from "../ports.ts";
import type { Begun } from "./deployment-plan.ts";

/** What the pointer file carries; with a deployment, also the commit that brought it. */
export async function readCurrent(
  deps: ReconcilerDeps,
  pointer: ReleasePointer,
  target: Begun["target"],
  signal: AbortSignal,
  deployment?: string,
): Promise<CurrentDeployment | undefined> {
  const location = await locationOf(deps, pointer, target, signal);
  return deps.writer.currentDeployment(
    { ...location, pointer: pointer.spec, ...(deployment && { deployment }) },
    signal,
  );
}

/** @throws ForgeError SecretNotFound, InvalidSecret */
export async function locationOf(
  deps: ReconcilerDeps,
  { metadata }: ReleasePointer,
  target: Begun["target"],
  signal: AbortSignal,
): Promise<Pick<CommitRequest, "remote" | "branch" | "pathTemplate">> {
  const remote = await remoteOptions(deps, metadata.namespace, target, signal);
  return { remote, branch: target.branch, pathTemplate: target.path };
}

export function describe(
  { environment, repository, project, request }: ReleasePointer["spec"],
  { name: id, commit, number, version, digest }: Begun,
  release: Release,
  previous: ReleasePointerStatus["deployed"],
): CommitRequest["deployment"] {
  return {
    id,
    environment,
    repository,
    project,
    commit,
    number,
    image: { repository: repositoryOf(release.status?.image?.ref ?? ""), digest },
    type: request?.type ?? "Deploy",
    by: request?.by ?? "unknown",
    ...(version && { version }),
    ...(request?.reason && { reason: request.reason }),
    ...(request?.id && { requestId: request.id }),
    ...(previous && {
      previous: {
        number: previous.number,
        ...(previous.version && { version: previous.version }),
      },
    }),
  };
}
