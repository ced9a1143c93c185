import {
  type ControllerMetrics,
  enqueueChanges,
  Loop,
  type Reconciler,
  WorkQueue,
} from "../../controller/index.ts";
import { type Key, keyOf } from "../../controller/kube/index.ts";
import { type Project, projectPath, type Release, type ReleasePointer } from "../api/index.ts";
import { createEnvironmentReconciler } from "./environment.ts";
import type { Informers } from "./informers.ts";
import type { ReconcilerDeps } from "./ports.ts";
import { createProjectReconciler } from "./project.ts";
import { createReleaseReconciler } from "./release.ts";
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
  enqueueChanges(informers.projects, projects.queue, concerns.projectsOfProject);
  enqueueChanges(informers.releases, projects.queue, concerns.projectOfRelease);
  enqueueChanges(informers.releases, releases.queue, concerns.releasesOfRelease);
  enqueueChanges(informers.projects, releases.queue, concerns.releasesOfProject);
  informers.projects.addHandler((type, project, old) => {
    // Another shard's until now, or from now on.
    const before = old === undefined ? undefined : shardLabelOf(old);
    if (type === "resync" || before === shardLabelOf(project)) return;
    for (const key of concerns.allReleasesOfProject(project)) releases.queue.add(key);
    for (const key of concerns.pointersOfProject(project)) pointers.queue.add(key);
  });
  enqueueChanges(informers.environments, environments.queue);
  enqueueChanges(informers.pointers, pointers.queue, concerns.pointersOfPointer);
  enqueueChanges(informers.releases, pointers.queue, concerns.pointersOfRelease);
  enqueueChanges(informers.environments, pointers.queue, concerns.pointersOfEnvironment);
  return [projects, releases, environments, pointers];
}

/** Which objects a change of another one concerns. */
function concernsIn({ caches }: Pick<ReconcilerDeps, "caches">) {
  const projectKey = ({ metadata, spec }: Project): Key => ({
    namespace: metadata.namespace,
    name: projectPath(spec.repository, spec.name),
  });
  const projectIndex = ({ metadata, spec }: Release): string =>
    indexValue(metadata.namespace, projectPath(spec.repository, spec.project));
  return {
    /** With those of other namespaces, for one of which the repository may have become free. */
    projectsOfProject: (project: Project): Key[] => [
      projectKey(project),
      ...caches.projects.byIndex("repository", project.spec.repository).map(projectKey),
    ],
    projectOfRelease: ({ metadata, spec }: Release): Key[] => [
      { namespace: metadata.namespace, name: projectPath(spec.repository, spec.project) },
    ],
    /** With those of the same commit, which may have joined it. */
    releasesOfRelease: (release: Release): Key[] => [
      keyOf(release),
      ...caches.releases
        .byIndex("commit", indexValue(projectIndex(release), release.spec.commit))
        .map(keyOf),
    ],
    /** Those that wait for their number: the project may have been refused. */
    releasesOfProject: (project: Project): Key[] => {
      const { namespace, name } = projectKey(project);
      return caches.releases
        .byIndex("project", indexValue(namespace, name))
        .filter(({ status }) => status?.number === undefined)
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
    pointersOfRelease: (release: Release): Key[] =>
      caches.pointers.byIndex("project", projectIndex(release)).map(keyOf),
    pointersOfEnvironment: (environment: {
      readonly metadata: { readonly namespace: string; readonly name: string };
    }): Key[] => {
      const { namespace, name } = environment.metadata;
      return caches.pointers.byIndex("environment", indexValue(namespace, name)).map(keyOf);
    },
  };
}
