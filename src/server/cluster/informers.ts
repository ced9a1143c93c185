import {
  type CacheReader,
  type Clock,
  type Indexer,
  Informer,
  indexValue,
  type KubeClient,
  type KubeObject,
  type Random,
} from "../../../controller/kube/index.ts";
import { type ObjectMeta, projectPath } from "../../api/index.ts";
import { type KindName, type Kinds, kindNamed } from "../../requests/index.ts";
import type { Logger } from "../../telemetry/index.ts";
import { trimDeployment, trimRelease } from "./trim.ts";

type Cached<K extends KindName> = Kinds[K] & KubeObject;
export type Informers = { readonly [K in KindName]: Informer<Cached<K>> };
export type Caches = { readonly [K in KindName]: CacheReader<Cached<K>> };

export interface InformerDeps {
  readonly client: KubeClient;
  readonly log: Logger;
  readonly clock: Clock;
  readonly random: Random;
  /** The one namespace to look at; all of them when absent. */
  readonly namespace?: string;
}

/** Index value of a project and all that belongs to it. */
export function projectIndex(namespace: string, repository: string, project: string): string {
  return indexValue(namespace, projectPath(repository, project));
}

interface Named {
  readonly metadata: Pick<ObjectMeta, "namespace">;
  readonly spec: { readonly repository: string; readonly project: string };
}

const byProject: Indexer<Named> = ({ metadata, spec }) => [
  projectIndex(metadata.namespace, spec.repository, spec.project),
];
const byNamespace: Indexer<KubeObject> = ({ metadata }) => [metadata.namespace ?? ""];

/** One informer a kind, each found by namespace and, where it belongs to one, by project. */
export function createInformers(deps: InformerDeps): Informers {
  const namespace = byNamespace;
  return {
    Release: new Informer<Cached<"Release">>({
      ...deps,
      resource: kindNamed("Release"),
      indexes: { namespace, project: byProject },
      trim: trimRelease,
    }),
    Environment: new Informer<Cached<"Environment">>({
      ...deps,
      resource: kindNamed("Environment"),
      indexes: { namespace, name: ({ metadata }) => [metadata.name] },
    }),
    ReleasePointer: new Informer<Cached<"ReleasePointer">>({
      ...deps,
      resource: kindNamed("ReleasePointer"),
      indexes: { namespace, project: byProject },
    }),
    ReleaseApproval: new Informer<Cached<"ReleaseApproval">>({
      ...deps,
      resource: kindNamed("ReleaseApproval"),
      indexes: {
        namespace,
        project: ({ metadata, spec: { release } }) => [
          projectIndex(metadata.namespace, release.repository, release.project),
        ],
      },
    }),
    ReleaseDeployment: new Informer<Cached<"ReleaseDeployment">>({
      ...deps,
      resource: kindNamed("ReleaseDeployment"),
      indexes: { namespace, project: byProject },
      trim: trimDeployment,
    }),
    Project: new Informer<Cached<"Project">>({
      ...deps,
      resource: kindNamed("Project"),
      indexes: {
        namespace,
        path: ({ spec }) => [projectPath(spec.repository, spec.name)],
        project: ({ metadata, spec }) => [
          projectIndex(metadata.namespace, spec.repository, spec.name),
        ],
      },
    }),
  };
}

export function cachesOf(informers: Informers): Caches {
  return {
    Release: informers.Release.cache,
    Environment: informers.Environment.cache,
    ReleasePointer: informers.ReleasePointer.cache,
    ReleaseApproval: informers.ReleaseApproval.cache,
    ReleaseDeployment: informers.ReleaseDeployment.cache,
    Project: informers.Project.cache,
  };
}
