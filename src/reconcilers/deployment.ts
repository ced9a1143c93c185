/**
 * Carries out one change of a pointer, safe against a kill between any two steps:
 *   1. status.deployment {sequence, name} is written, over the resource version that was read;
 *   2. the pointer file, which carries that name, is committed and pushed;
 *   3. status.git and status.deployed say so.
 * Started again after 1, the writer finds the name at the head of the branch, or does not, and
 * commits once in either case. A second controller that still believes to lead fails at 1.
 */
import { isConflict, keyOf } from "../../controller/kube/index.ts";
import {
  deploymentName,
  type Environment,
  ForgeError,
  type Release,
  type ReleasePointer,
  type ReleasePointerStatus,
  releasePointerKind,
} from "../api/index.ts";
import type { CommitRequest, CommitResult } from "../gitops/index.ts";
import { planDeployment, sequenceOf } from "./deployment-plan.ts";
import { remoteOptions } from "./git-credentials.ts";
import { ownedFields, type PointerState, pointerFieldManager } from "./pointer-state.ts";
import type { ReconcilerDeps } from "./ports.ts";
import { resources } from "./resources.ts";
import { writeStatus } from "./status.ts";

/** A user may change the spec while a push is under way, but hardly as often as this. */
const finishAttempts = 5;

/** A release that may go where a pointer stands. */
export interface Move {
  readonly release: Release;
  readonly environment: Environment;
}

type Begun = NonNullable<ReleasePointerStatus["deployment"]>;
type Deployed = NonNullable<ReleasePointerStatus["deployed"]>;

/** Does nothing when the pointer's last commit deploys this image already. */
export async function deploy(
  deps: ReconcilerDeps,
  { release, environment }: Move,
  state: PointerState,
  signal: AbortSignal,
): Promise<void> {
  const { resolved } = state.status;
  if (resolved === undefined) return;
  const { name: _, ...deployed } = resolved;
  const plan = planDeployment(state.status, resolved.digest);
  if (plan.type === "settled") return;
  const { metadata, spec } = state.pointer;
  const { gitOps } = environment.spec;
  const remote = await remoteOptions(deps, metadata.namespace, gitOps, signal);
  const target = { remote, branch: gitOps.branch, pathTemplate: gitOps.path };

  let begun: Begun;
  if (plan.type === "resume") {
    begun = { sequence: plan.sequence, name: plan.name, digest: resolved.digest };
  } else {
    // A pointer that was deleted and made again goes on counting where its file stands.
    const last =
      state.status.deployment?.sequence ??
      sequenceOf(spec, await deps.writer.currentDeployment({ ...target, pointer: spec }, signal));
    const sequence = last + 1;
    const name = deploymentName(spec.environment, spec.repository, spec.project, sequence);
    begun = { sequence, name, digest: resolved.digest };
    state.status = { ...state.status, deployment: begun };
    state.pointer = await writeStatus(
      deps,
      releasePointerKind,
      state.pointer,
      pointerFieldManager,
      { ...ownedFields(state.status), ...kept(state.pointer) },
      signal,
    );
  }
  const request: CommitRequest = {
    ...target,
    author: gitOps.author,
    deployment: describe(spec, begun, release, deployed, state.status.deployed),
  };
  const result = await deps.writer.commit(request, signal).catch((error: unknown) => {
    if (error instanceof ForgeError && error.code === "DeploymentSuperseded") {
      // Whoever is behind fails to write this. Who is not, as after a restore of the cluster from a
      // backup, begins again and counts on from the file.
      const { deployment: _, ...rest } = state.status;
      state.status = rest;
    }
    throw error;
  });
  if (!result.alreadyCommitted) deps.metrics.committed(request.deployment.type);
  await finish(deps, begun, deployed, result, state, signal);
}

/** What the report at the end of the look writes, and this write must leave as it is. */
function kept({ status }: ReleasePointer): Record<string, unknown> {
  return { observedGeneration: status?.observedGeneration, conditions: status?.conditions };
}

function describe(
  { environment, repository, project, request }: ReleasePointer["spec"],
  begun: Begun,
  release: Release,
  { commit, number, version, digest }: Deployed,
  previous: Deployed | undefined,
): CommitRequest["deployment"] {
  const ref = release.status?.image?.ref ?? "";
  return {
    id: begun.name,
    environment,
    repository,
    project,
    commit,
    number,
    // The tag is the full commit, which holds no colon.
    image: { repository: ref.slice(0, ref.lastIndexOf(":")), digest },
    type: request?.type ?? "Deploy",
    by: request?.by ?? "unknown",
    ...(version && { version }),
    ...(request?.reason && { reason: request.reason }),
    ...(previous && {
      previous: {
        number: previous.number,
        ...(previous.version && { version: previous.version }),
      },
    }),
  };
}

/** Step 3. A change of the spec while the push was under way must not lose what was pushed. */
async function finish(
  deps: ReconcilerDeps,
  begun: Begun,
  deployed: Deployed,
  { commit, path }: CommitResult,
  state: PointerState,
  signal: AbortSignal,
): Promise<void> {
  const git = { commit, path, deployment: begun.name };
  for (let attempt = 1; ; attempt++) {
    const { deployed: previous } = state.status;
    state.status = { ...state.status, git, deployed, ...(previous && { previous }) };
    try {
      state.pointer = await writeStatus(
        deps,
        releasePointerKind,
        state.pointer,
        pointerFieldManager,
        { ...ownedFields(state.status), ...kept(state.pointer) },
        signal,
      );
      return;
    } catch (error) {
      if (!isConflict(error) || attempt === finishAttempts) throw error;
      const key = keyOf(state.pointer);
      const live = await deps.client.get<ReleasePointer>(resources.pointers, key, { signal });
      // Another controller went on from here: what it wrote is newer.
      if (live.status?.deployment?.name !== begun.name) throw error;
      state.pointer = live;
      state.status = { ...state.status, ...live.status };
    }
  }
}
