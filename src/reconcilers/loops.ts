import { isDeepStrictEqual } from "node:util";
import {
  type ControllerMetrics,
  enqueueChanges,
  isMoreThanStatus,
  Loop,
  type Reconciler,
  WorkQueue,
} from "../../controller/index.ts";
import { type Key, keyOf } from "../../controller/kube/index.ts";
import {
  isTrue,
  type Project,
  projectPath,
  type Release,
  type ReleasePointer,
} from "../api/index.ts";
import { isCalled } from "../query/index.ts";
import { createEnvironmentReconciler } from "./environment.ts";
import type { Informers } from "./informers.ts";
import { placesOf } from "./known-releases.ts";
import type { ReconcilerDeps } from "./ports.ts";
import { createProjectReconciler } from "./project.ts";
import { createReleaseReconciler, isSettled } from "./release.ts";
import { isPlaced } from "./release-identity.ts";
import { createReleasePointerReconciler } from "./release-pointer.ts";
import { indexValue, placeOf } from "./resources.ts";
import { shardLabelOf } from "./sharding.ts";

/** Long enough to spare a server that is down, short enough that nobody waits for us when it is up. */
const backoff = { baseMs: 250, capMs: 30_000 };

/** One loop a kind, each with its queue fed by all that concerns the kind. */
export function createLoops(
  deps: ReconcilerDeps,
  informers: Informers,
  metrics: ControllerMetrics,
): Loop[] {
  const loop = (name: string, workers: number, reconciler: Reconciler): Loop => {
    const { clock, random, log } = deps;
    const queue = new WorkQueue({ clock, random, backoff });
    const observe = metrics.observer(name);
    const made = new Loop({ name, workers, reconciler, queue, log, clock, random, observe });
    metrics.trackQueue(made);
    return made;
  };
  const projects = loop("project", 8, createProjectReconciler(deps));
  const releases = loop("release", 8, createReleaseReconciler(deps));
  const environments = loop("environment", 1, createEnvironmentReconciler(deps));
  // Many at once, since what waits for one branch is pushed together.
  const pointers = loop("release-pointer", 64, createReleasePointerReconciler(deps));

  const concerns = concernsIn(deps);
  enqueueChanges(informers.projects, projects.queue, concerns.projectsOfProject, {
    matters: isMoreThanStatus,
  });
  enqueueChanges(informers.releases, projects.queue, concerns.projectOfRelease);
  enqueueChanges(informers.releases, releases.queue, concerns.releasesOfRelease, {
    matters: (release, old) => isMoreThanStatus(release, old) || isOtherwisePlaced(release, old),
  });
  enqueueChanges(informers.projects, releases.queue, concerns.releasesOfProject);
  enqueueChanges(informers.environments, environments.queue, undefined, {
    matters: isMoreThanStatus,
  });
  enqueueChanges(informers.pointers, pointers.queue, concerns.pointersOfPointer, {
    asked: true,
    matters: isMoreThanStatus,
  });
  informers.projects.addHandler((type, project, old) => {
    // Another shard's until now, or from now on.
    const before = old === undefined ? undefined : shardLabelOf(old);
    if (type === "resync" || before === shardLabelOf(project)) return;
    for (const key of concerns.allReleasesOfProject(project)) releases.queue.add(key);
    for (const key of concerns.pointersOfProject(project)) pointers.queue.add(key);
  });
  enqueueChanges(informers.releases, pointers.queue, concerns.pointersOfRelease);
  enqueueChanges(informers.environments, pointers.queue, concerns.pointersOfEnvironment, {
    matters: isMoreThanStatus,
  });
  return [projects, releases, environments, pointers];
}

/** What the numbering says of a Release, and whether it is ready for those that joined it. */
function isOtherwisePlaced(release: Release, old: Release): boolean {
  return (
    !isDeepStrictEqual(placesOf(release), placesOf(old)) || isSettled(release) !== isSettled(old)
  );
}

/** Which objects a change of another one concerns. */
function concernsIn({ caches }: Pick<ReconcilerDeps, "caches">) {
  const projectKey = ({ metadata, spec }: Project): Key => ({
    namespace: metadata.namespace,
    name: projectPath(spec.repository, spec.name),
  });
  const projectIndex = ({ metadata, spec }: Release): string =>
    indexValue(metadata.namespace, projectPath(spec.repository, spec.project));
  const sameCommit = (release: Release): Release[] =>
    caches.releases.byIndex("commit", indexValue(projectIndex(release), release.spec.commit));
  const dependents = (release: Release): Release[] =>
    sameCommit(release).filter(({ status }) =>
      [status?.joined, status?.conflictsWith].includes(release.metadata.name),
    );
  return {
    /** With those of other namespaces, for one of which the repository may have become free. */
    projectsOfProject: (project: Project): Key[] => [
      projectKey(project),
      ...caches.projects
        .byIndex("repository", project.spec.repository)
        .filter(({ metadata }) => metadata.namespace !== project.metadata.namespace)
        .map(projectKey),
    ],
    /**
     * A Release that has its place concerns it no more, unless nobody made the Project yet, or
     * the places of others hang on it.
     */
    projectOfRelease: (release: Release): Key[] => {
      const { metadata, spec } = release;
      const { namespace } = metadata;
      const isKnown = caches.projects.byIndex("project", projectIndex(release)).length > 0;
      const find = (name: string) => caches.releases.get({ namespace, name });
      if (isKnown && isPlaced(release, find) && dependents(release).length === 0) return [];
      return [{ namespace: metadata.namespace, name: projectPath(spec.repository, spec.project) }];
    },
    /** With those of the same commit, which may have joined it; none that is settled. */
    releasesOfRelease: (release: Release): Key[] =>
      [release, ...sameCommit(release)].filter((concerned) => !isSettled(concerned)).map(keyOf),
    /** Those that are not ready: the project may have been what was in the way. */
    releasesOfProject: (project: Project): Key[] => {
      const { namespace, name } = projectKey(project);
      return caches.releases
        .byIndex("project", indexValue(namespace, name))
        .filter((release) => !isTrue(release, "Ready"))
        .map(keyOf);
    },
    allReleasesOfProject: (project: Project): Key[] => {
      const { namespace, name } = projectKey(project);
      return caches.releases.byIndex("project", indexValue(namespace, name)).map(keyOf);
    },
    pointersOfProject: (project: Project): Key[] => {
      const { namespace, name } = projectKey(project);
      return caches.pointers.byIndex("project", indexValue(namespace, name)).map(keyOf);
    },
    /** With those of the same place, of which only the oldest counts. */
    pointersOfPointer: (pointer: ReleasePointer): Key[] => [
      keyOf(pointer),
      ...caches.pointers.byIndex("place", placeOf(pointer)).map(keyOf),
    ],
    /** Those that name it, or did when they were looked at last. */
    pointersOfRelease: (release: Release): Key[] =>
      caches.pointers
        .byIndex("project", projectIndex(release))
        .filter(
          ({ spec, status }) =>
            isCalled(release, spec.release) || status?.resolved?.name === release.metadata.name,
        )
        .map(keyOf),
    pointersOfEnvironment: (environment: {
      readonly metadata: { readonly namespace: string; readonly name: string };
    }): Key[] => {
      const { namespace, name } = environment.metadata;
      return caches.pointers.byIndex("environment", indexValue(namespace, name)).map(keyOf);
    },
  };
}
