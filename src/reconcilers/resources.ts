import { type Indexer, indexValue } from "../../controller/kube/index.ts";
import {
  type Environment,
  environmentKind,
  type Project,
  projectKind,
  projectPath,
  type Release,
  type ReleaseApproval,
  type ReleaseDeployment,
  type ReleasePointer,
  releaseApprovalKind,
  releaseDeploymentKind,
  releaseKind,
  releasePointerKind,
} from "../api/index.ts";
import { keysOfPointer } from "../delivery/index.ts";
import { canonicalName } from "../oci/index.ts";

export const resources = {
  releases: releaseKind,
  environments: environmentKind,
  pointers: releasePointerKind,
  projects: projectKind,
  approvals: releaseApprovalKind,
  deployments: releaseDeploymentKind,
} as const;

/** How each cache is searched. The namespace stands in every value: references never cross it. */
export const indexes: {
  readonly releases: Readonly<Record<"project" | "commit" | "alias" | "image", Indexer<Release>>>;
  readonly pointers: Readonly<
    Record<"project" | "environment" | "place" | "delivery", Indexer<ReleasePointer>>
  >;
  readonly projects: Readonly<
    Record<"project" | "repository" | "repositoryPath" | "image" | "namespace", Indexer<Project>>
  >;
  readonly environments: Readonly<Record<"namespace", Indexer<Environment>>>;
  readonly approvals: Readonly<Record<"project", Indexer<ReleaseApproval>>>;
  readonly deployments: Readonly<Record<"project" | "place", Indexer<ReleaseDeployment>>>;
} = {
  releases: {
    project: ({ metadata, spec }) => [
      indexValue(metadata.namespace, projectPath(spec.repository, spec.project)),
    ],
    commit: (release) => [commitIndex(release)],
    alias: (release) =>
      (release.status?.aliases ?? []).map(({ value }) => aliasIndex(release, value)),
    // Without the namespace: whose an image is, is asked across all of them.
    image: ({ status }) => {
      const name = status?.image && canonicalName(status.image.ref);
      return name === undefined ? [] : [name];
    },
  },
  pointers: {
    project: ({ metadata, spec }) => [
      indexValue(metadata.namespace, projectPath(spec.repository, spec.project)),
    ],
    environment: ({ metadata, spec }) => [indexValue(metadata.namespace, spec.environment)],
    place: (pointer) => [placeOf(pointer)],
    delivery: deliveryKeysOf,
  },
  projects: {
    project: ({ metadata, spec }) => [
      indexValue(metadata.namespace, projectPath(spec.repository, spec.name)),
    ],
    // Without the namespace: who owns a repository is asked across all of them.
    repository: ({ spec }) => [spec.repository],
    // All that are at a path or below it.
    repositoryPath: ({ spec }) => pathsTo(spec.repository),
    // Every image ends so, whatever its prefix.
    image: ({ spec }) => [imageEnd(`${spec.repository}/${spec.name}`)],
    namespace: ({ metadata }) => [metadata.namespace],
  },
  environments: { namespace: ({ metadata }) => [metadata.namespace] },
  approvals: {
    project: ({ metadata, spec: { release } }) => [
      indexValue(metadata.namespace, projectPath(release.repository, release.project)),
    ],
  },
  deployments: {
    project: ({ metadata, spec }) => [
      indexValue(metadata.namespace, projectPath(spec.repository, spec.project)),
    ],
    // Not by the pointer's name: one that is made again under another goes on from there.
    place: (deployment) => [placeOf(deployment)],
  },
};

/** The last two parts of an image's name, which repository and project give. */
export function imageEnd(name: string): string {
  return name.split("/").slice(-2).join("/");
}

/** A path and all paths above it, the shortest first. */
export function pathsTo(path: string): string[] {
  const parts = path.split("/");
  return parts.map((_, count) => parts.slice(0, count + 1).join("/"));
}

/** The index value of a Project, and of all that belongs to it. */
export function projectIndex({ metadata, spec }: Pick<Project, "metadata" | "spec">): string {
  return indexValue(metadata.namespace, projectPath(spec.repository, spec.name));
}

type ReleaseName = Pick<Release, "metadata" | "spec">;

/** The index value of the Releases of one commit. */
export function commitIndex({ metadata, spec }: ReleaseName): string {
  return indexValue(metadata.namespace, projectPath(spec.repository, spec.project), spec.commit);
}

/** The index value of the Releases of a release's project that have an alias. */
export function aliasIndex({ metadata, spec }: ReleaseName, value: string): string {
  return indexValue(metadata.namespace, projectPath(spec.repository, spec.project), value);
}

/** What only one pointer may stand for, and all that was ever deployed by it. */
export function placeOf({ metadata, spec }: ReleasePointer | ReleaseDeployment): string {
  return indexValue(
    metadata.namespace,
    spec.environment,
    projectPath(spec.repository, spec.project),
  );
}

/** Index values of a pointer, under which its Applications are kept too. */
export function deliveryKeysOf({ metadata, spec, status }: ReleasePointer): string[] {
  const { git, deployment } = status ?? {};
  const place = git && deployment && { url: deployment.target.url, path: git.path };
  const pointer = `${metadata.namespace}/${metadata.name}`;
  return keysOfPointer({ ...spec, pointer, git: place });
}
