import type { Outcome, Reconciler } from "../../../controller/index.ts";
import { indexValue, type Key } from "../../../controller/kube/index.ts";
import {
  apiVersion,
  byAge,
  type Environment,
  isTrue,
  originOf,
  type Project,
  pointerName,
  type Release,
  type ReleasePointer,
  releasePointerKind,
  splitProjectPath,
  withOrigin,
} from "../../api/index.ts";
import { concernsProject } from "../../policy/index.ts";
import { isCalled } from "../../query/index.ts";
import { judgeByCache } from "../deployment/judgement.ts";
import { isDeployed } from "../pointer/pointer-release.ts";
import type { ReconcilerDeps } from "../ports.ts";
import { resources } from "../resources.ts";
import { invalidShard, isOurs, projectAt } from "../sharding.ts";
import { sleepUntil } from "../sleep-until.ts";

/** How many releases behind the newest may be asked about: a long line of refused ones is no queue. */
const candidatesLimit = 100;

/** The key of what is deployed by itself: a project in an environment. */
export function autoDeployKey({ metadata }: Environment, path: string): Key {
  return { namespace: metadata.namespace, name: `${metadata.name}/${path}` };
}

/**
 * Moves the pointer of a project, in an environment with autoDeploy, to the newest release that
 * the policy lets in; makes the pointer where there is none. It only asks: what it asks for is
 * judged again, and carried out, like anybody's request. It passes by a pointer that a person's
 * request is under way on, that is held, or suspended.
 */
export function createAutoDeployReconciler(deps: ReconcilerDeps): Reconciler {
  return {
    reconcile: async ({ namespace, name }, { signal }) => {
      const [environmentName = "", path = ""] = splitKey(name);
      const environment = deps.caches.environments.get({ namespace, name: environmentName });
      if (!environment?.spec.promotionPolicy.autoDeploy) return { type: "done" };
      const project = projectAt(deps, namespace, path);
      if (project === undefined || !isOurs(deps, project)) return { type: "done" };
      if (invalidShard(project) || !concernsProject(environment, project)) return { type: "done" };
      return move(deps, { environment, project, path }, signal);
    },
  };
}

function splitKey(name: string): [string, string] {
  const slash = name.indexOf("/");
  return [name.slice(0, slash), name.slice(slash + 1)];
}

interface Place {
  readonly environment: Environment;
  readonly project: Project;
  readonly path: string;
}

async function move(deps: ReconcilerDeps, place: Place, signal: AbortSignal): Promise<Outcome> {
  const { environment, path } = place;
  const { namespace, name } = environment.metadata;
  const [pointer] = deps.caches.pointers
    .byIndex("place", indexValue(namespace, name, path))
    .toSorted(byAge);
  if (pointer?.spec.suspend === true || pointer?.metadata.deletionTimestamp) {
    return { type: "done" };
  }
  if (pointer !== undefined && isSomebodysTurn(pointer)) {
    return { type: "wait", on: "the request of a person, which is under way" };
  }
  const by = await deps.ownUser(signal);
  let changesAt = Number.POSITIVE_INFINITY;
  for (const release of candidates(deps, place, pointer)) {
    // What is asked for already is judged where it is carried out; nothing newer may go.
    if (pointer !== undefined && isCalled(release, pointer.spec.release)) break;
    const asked = request(place, pointer, release, by);
    const judged = judgeByCache(deps, asked, release);
    if (judged?.decision.allowed) {
      if (pointer === undefined) await deps.client.create(resources.pointers, asked, { signal });
      else await deps.client.replace(resources.pointers, asked, { signal });
      return { type: "done" };
    }
    changesAt = Math.min(changesAt, Date.parse(judged?.decision.changesAt ?? "") || changesAt);
  }
  if (changesAt === Number.POSITIVE_INFINITY) return { type: "done" };
  const afterMs = sleepUntil(changesAt, deps.clock.now());
  return { type: "requeue", afterMs, why: "time alone may let a release in" };
}

/** A person asked for something that is not there yet, and may never be: automation waits. */
function isSomebodysTurn(pointer: ReleasePointer): boolean {
  return pointer.spec.request?.automatic !== true && !isDeployed(pointer);
}

/**
 * Ready releases that are later than whatever ran there, the newest first: one that a person went
 * back from does not come again by itself, be the pointer held or not.
 */
function candidates(
  { caches }: Pick<ReconcilerDeps, "caches">,
  { environment, path }: Place,
  pointer: ReleasePointer | undefined,
): Release[] {
  const project = indexValue(environment.metadata.namespace, path);
  const { deployed, previous } = pointer?.status ?? {};
  const ran = caches.deployments
    .byIndex("project", project)
    .filter(({ spec }) => spec.environment === environment.metadata.name)
    .filter(({ status }) => status?.committedAt !== undefined)
    .map(({ spec }) => spec.release.number);
  const running = Math.max(0, deployed?.number ?? 0, previous?.number ?? 0, ...ran);
  return caches.releases
    .byIndex("project", project)
    .filter(({ status }) => !status?.joined && !status?.conflictsWith)
    .filter((release) => isTrue(release, "Ready") && release.status?.image !== undefined)
    .filter(({ status }) => (status?.number ?? 0) > running)
    .toSorted((a, b) => (b.status?.number ?? 0) - (a.status?.number ?? 0))
    .slice(0, candidatesLimit);
}

/**
 * The pointer as it would be: one that is there stays what it is but for what it asks. It is asked in
 * the course of the request that the release came from.
 */
function request(
  { environment, path }: Place,
  pointer: ReleasePointer | undefined,
  release: Release,
  by: string,
): ReleasePointer {
  const { status } = release;
  const origin = originOf(release);
  const { namespace, name } = environment.metadata;
  const { repository, project } = splitProjectPath(path);
  const type = environment.spec.promotionPolicy.promotesFrom.length > 0 ? "Promote" : "Deploy";
  const { image: _, ...spec } = pointer?.spec ?? {
    environment: name,
    repository,
    project,
    suspend: false,
  };
  const reason = `Release ${status?.number} is the newest that ${name} lets in.`;
  const metadata: Partial<ReleasePointer["metadata"]> = pointer?.metadata ?? {
    namespace,
    name: pointerName(name, repository, project),
  };
  return {
    ...(pointer ?? { apiVersion, kind: releasePointerKind.kind }),
    metadata: origin
      ? { ...metadata, annotations: withOrigin(metadata.annotations, origin) }
      : metadata,
    spec: {
      ...spec,
      release: String(status?.number),
      request: { type, by, reason, ...(origin && { id: origin.requestId }), automatic: true },
    },
  } as ReleasePointer;
}
