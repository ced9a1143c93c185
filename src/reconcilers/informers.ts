import {
  type Clock,
  Informer,
  type KubeClient,
  type KubeObject,
  type Random,
} from "../../controller/kube/index.ts";
import type {
  Environment,
  Project,
  Release,
  ReleaseApproval,
  ReleaseDeployment,
  ReleasePointer,
} from "../api/index.ts";
import type { Logger } from "../telemetry/index.ts";
import type { Caches } from "./ports.ts";
import { indexes, resources } from "./resources.ts";
import { trimApproval, trimDeployment, trimPointer, trimRelease } from "./trimmed.ts";

/** One informer a kind: what the reconcilers know of the cluster. */
export interface Informers {
  readonly releases: Informer<Release & KubeObject>;
  readonly environments: Informer<Environment & KubeObject>;
  readonly pointers: Informer<ReleasePointer & KubeObject>;
  readonly projects: Informer<Project & KubeObject>;
  readonly approvals: Informer<ReleaseApproval & KubeObject>;
  readonly deployments: Informer<ReleaseDeployment & KubeObject>;
}

export interface InformerDeps {
  readonly client: KubeClient;
  readonly log: Logger;
  readonly clock: Clock;
  readonly random: Random;
  /** The one namespace to look at; all of them when absent. */
  readonly namespace?: string;
}

/** How often everything is looked at again, to be sure. */
export const resyncMs = 10 * 60_000;

export function createInformers(deps: InformerDeps): Informers {
  const shared = { ...deps, resyncMs };
  return {
    releases: new Informer({
      ...shared,
      resource: resources.releases,
      indexes: indexes.releases,
      trim: trimRelease,
    }),
    environments: new Informer({
      ...shared,
      resource: resources.environments,
      indexes: indexes.environments,
    }),
    pointers: new Informer({
      ...shared,
      resource: resources.pointers,
      indexes: indexes.pointers,
      trim: trimPointer,
    }),
    projects: new Informer({ ...shared, resource: resources.projects, indexes: indexes.projects }),
    approvals: new Informer({
      ...shared,
      resource: resources.approvals,
      indexes: indexes.approvals,
      trim: trimApproval,
    }),
    deployments: new Informer({
      ...shared,
      resource: resources.deployments,
      indexes: indexes.deployments,
      trim: trimDeployment,
    }),
  };
}

export function cachesOf(informers: Informers): Caches {
  return {
    releases: informers.releases.cache,
    environments: informers.environments.cache,
    pointers: informers.pointers.cache,
    projects: informers.projects.cache,
    approvals: informers.approvals.cache,
    deployments: informers.deployments.cache,
  };
}
