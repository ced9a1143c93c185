import { isDeepStrictEqual } from "node:util";
import { isMoreThanStatus } from "../../controller/index.ts";
import { indexValue, type Key, keyOf } from "../../controller/kube/index.ts";
import {
  type Environment,
  isTrue,
  type Project,
  projectPath,
  type Release,
  type ReleaseApproval,
  type ReleaseDeployment,
  type ReleasePointer,
} from "../api/index.ts";
import { isCalled } from "../query/index.ts";
import { ownClaim } from "../triggers/index.ts";
import { autoDeployKey } from "./environment/auto-deploy.ts";
import { rivalsOf } from "./image-ownership.ts";
import type { ReconcilerDeps } from "./ports.ts";
import { placesOf } from "./project/known-releases.ts";
import { owesNames } from "./release/names.ts";
import { isPlaced } from "./release/release-identity.ts";
import { isSettled } from "./release/settled.ts";
import { neighboursOf } from "./repository-ownership.ts";
import { commitIndex, placeOf } from "./resources.ts";

/** What the numbering says of a Release, its claim, and whether it is ready for those that joined it. */
export function isOtherwisePlaced(release: Release, old: Release): boolean {
  return (
    !isDeepStrictEqual(placesOf(release), placesOf(old)) ||
    isSettled(release) !== isSettled(old) ||
    ownClaim(release)?.verification !== ownClaim(old)?.verification
  );
}

/** A pointer, or the record of a deployment. */
interface InEnvironment {
  readonly metadata: { readonly namespace: string };
  readonly spec: {
    readonly environment: string;
    readonly repository: string;
    readonly project: string;
  };
}

/** What the policy of the environments behind looks at: since when it is healthy. */
export function isOtherwiseHealthy({ status }: ReleasePointer, old: ReleasePointer): boolean {
  return !isDeepStrictEqual(healthOf(status), healthOf(old.status));
}

function healthOf(status: ReleasePointer["status"]) {
  const { deployment, healthySince } = status?.delivery ?? {};
  return { deployment, healthySince };
}

/** What automation looks at: what the pointer asks for, whether that runs, and what ran before. */
export function isOtherwiseRunning(pointer: ReleasePointer, old: ReleasePointer): boolean {
  return isMoreThanStatus(pointer, old) || !isDeepStrictEqual(runOf(pointer), runOf(old));
}

function runOf({ status }: ReleasePointer) {
  const { resolved, deployed, previous } = status ?? {};
  return { resolved, deployed, previous };
}

/** Its objects are older than they were: a backup was restored. */
export function wentBack({ status }: ReleasePointer, old: ReleasePointer): boolean {
  return (status?.deployment?.sequence ?? 0) < (old.status?.deployment?.sequence ?? 0);
}

/** From when to when it ran, and how healthy: all of a run that decisions elsewhere rest on. */
export function isOtherwiseRun({ status }: ReleaseDeployment, old: ReleaseDeployment): boolean {
  return !isDeepStrictEqual(runStatusOf(status), runStatusOf(old.status));
}

function runStatusOf(status: ReleaseDeployment["status"]) {
  const { committedAt, endedAt, countsFrom, countsUntil, health } = status ?? {};
  return { committedAt, endedAt, countsFrom, countsUntil, health };
}

/** What the policy looks at: whether it is ready, and what caused it. */
export function isOtherwiseJudged(release: Release, old: Release): boolean {
  return (
    isTrue(release, "Ready") !== isTrue(old, "Ready") ||
    !isDeepStrictEqual(release.status?.triggers, old.status?.triggers)
  );
}

function isAutomatic({ spec }: Environment): boolean {
  return spec.promotionPolicy.autoDeploy;
}

/** Which objects a change of another one concerns. */
export function concernsIn({ caches }: Pick<ReconcilerDeps, "caches">) {
  const projectKey = ({ metadata, spec }: Project): Key => ({
    namespace: metadata.namespace,
    name: projectPath(spec.repository, spec.name),
  });
  const projectIndex = ({ metadata, spec }: Release): string =>
    indexValue(metadata.namespace, projectPath(spec.repository, spec.project));
  const sameCommit = (release: Release): Release[] =>
    caches.releases.byIndex("commit", commitIndex(release));
  const dependents = (release: Release): Release[] =>
    sameCommit(release).filter(({ status }) =>
      [status?.joined, status?.conflictsWith].includes(release.metadata.name),
    );
  const environmentsIn = (namespace: string): Environment[] =>
    caches.environments.byIndex("namespace", namespace);
  const automatic = (namespace: string) => environmentsIn(namespace).filter(isAutomatic);
  const after = ({ metadata, spec }: InEnvironment): Environment[] =>
    environmentsIn(metadata.namespace).filter(({ spec: { promotionPolicy } }) =>
      promotionPolicy.promotesFrom.some(({ environment }) => environment === spec.environment),
    );
  return {
    /** With those of other namespaces, for one of which repository or image may have become free. */
    projectsOfProject: (project: Project): Key[] => [
      projectKey(project),
      ...neighboursOf({ caches }, project).map(projectKey),
      ...rivalsOf({ caches }, project).map(projectKey),
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
      [release, ...sameCommit(release)]
        .filter((concerned) => !isSettled(concerned) || owesNames({ caches }, concerned))
        .map(keyOf),
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
    approvalsOfEnvironment: ({ metadata }: Environment): Key[] =>
      caches.approvals
        .list(metadata.namespace)
        .filter(({ spec }) => spec.environment === metadata.name)
        .map(keyOf),
    /** Those of the environment that it is for. */
    pointersOfApproval: ({ metadata, spec }: ReleaseApproval): Key[] => {
      const path = projectPath(spec.release.repository, spec.release.project);
      return caches.pointers
        .byIndex("place", indexValue(metadata.namespace, spec.environment, path))
        .map(keyOf);
    },
    /** Those of the environments that come after the one where it ran. */
    pointersAfter: (there: InEnvironment): Key[] => {
      const { metadata, spec } = there;
      const path = projectPath(spec.repository, spec.project);
      return after(there).flatMap((environment) =>
        caches.pointers
          .byIndex("place", indexValue(metadata.namespace, environment.metadata.name, path))
          .map(keyOf),
      );
    },
    /** The pointer whose history it is part of, whatever it was called then. */
    historyOfDeployment: (deployment: ReleaseDeployment): Key[] =>
      caches.pointers.byIndex("place", placeOf(deployment)).map(keyOf),
    autoDeploysOfRelease: ({ metadata, spec }: Release): Key[] =>
      automatic(metadata.namespace).map((environment) =>
        autoDeployKey(environment, projectPath(spec.repository, spec.project)),
      ),
    autoDeploysOfProject: ({ metadata, spec }: Project): Key[] =>
      automatic(metadata.namespace).map((environment) =>
        autoDeployKey(environment, projectPath(spec.repository, spec.name)),
      ),
    autoDeploysOfEnvironment: (environment: Environment): Key[] =>
      isAutomatic(environment)
        ? caches.projects
            .list(environment.metadata.namespace)
            .map(({ spec }) => autoDeployKey(environment, projectPath(spec.repository, spec.name)))
        : [],
    autoDeploysOfPointer: ({ metadata, spec }: ReleasePointer): Key[] =>
      automatic(metadata.namespace)
        .filter((environment) => environment.metadata.name === spec.environment)
        .map((environment) =>
          autoDeployKey(environment, projectPath(spec.repository, spec.project)),
        ),
    autoDeploysOfApproval: ({ metadata, spec }: ReleaseApproval): Key[] =>
      automatic(metadata.namespace)
        .filter((environment) => environment.metadata.name === spec.environment)
        .map((environment) =>
          autoDeployKey(environment, projectPath(spec.release.repository, spec.release.project)),
        ),
    autoDeploysAfter: (there: InEnvironment): Key[] =>
      after(there)
        .filter(isAutomatic)
        .map((environment) =>
          autoDeployKey(environment, projectPath(there.spec.repository, there.spec.project)),
        ),
  };
}
