import type { KubeObject, Resource } from "../../controller/kube/index.ts";

/** What forge reads of an Argo CD Application. */
export interface Application extends KubeObject {
  readonly spec?: {
    readonly source?: ApplicationSource;
    readonly sources?: readonly ApplicationSource[];
  };
  readonly status?: {
    readonly sync?: {
      readonly status?: string;
      readonly revision?: string;
      readonly revisions?: readonly string[];
    };
    readonly health?: { readonly status?: string };
    readonly operationState?: { readonly phase?: string };
    readonly conditions?: readonly { readonly type: string; readonly message: string }[];
  };
}

export interface ApplicationSource {
  readonly repoURL?: string;
  readonly path?: string;
}

export const applicationResource: Resource = {
  group: "argoproj.io",
  version: "v1alpha1",
  plural: "applications",
  kind: "Application",
  namespaced: true,
};

/** A controller that is asked for this looks at Git anew at once, and takes it away. */
export const refreshAnnotation = "argocd.argoproj.io/refresh";

/** Annotations by which an Application says whose pointer it carries out. */
export const pointerAnnotations = {
  environment: "forge.dev/environment",
  repository: "forge.dev/repository",
  project: "forge.dev/project",
} as const;

/** Names of a pointer that Applications are found by: where it lies, and what it stands for. */
export interface PointerNames {
  readonly environment: string;
  readonly repository: string;
  readonly project: string;
  /** The GitOps repository, and the pointer file in it. */
  readonly git?: { readonly url: string; readonly path: string } | undefined;
}

/** Index values under which an Application is kept: by its annotations, and by its sources. */
export function keysOfApplication({ metadata, spec }: Application): string[] {
  const annotations = metadata.annotations ?? {};
  const [environment, repository, project] = [
    annotations[pointerAnnotations.environment],
    annotations[pointerAnnotations.repository],
    annotations[pointerAnnotations.project],
  ];
  const named = environment && repository && project;
  const sources = [...(spec?.source ? [spec.source] : []), ...(spec?.sources ?? [])];
  return [
    ...(named ? [nameKey(environment, repository, project)] : []),
    ...sources.flatMap(({ repoURL, path }) =>
      repoURL !== undefined && path !== undefined ? [pathKey(repoURL, path)] : [],
    ),
  ];
}

/** The values under which a pointer's Applications are found. */
export function keysOfPointer({ environment, repository, project, git }: PointerNames): string[] {
  const folder = git?.path.slice(0, Math.max(0, git.path.lastIndexOf("/")));
  return [
    nameKey(environment, repository, project),
    ...(git === undefined || folder === undefined ? [] : [pathKey(git.url, folder)]),
  ];
}

function nameKey(...names: readonly string[]): string {
  return `name|${names.join("|")}`;
}

function pathKey(url: string, path: string): string {
  const clean = path.replace(/^(\.?\/)+/, "").replace(/\/+$/, "");
  return `path|${url.replace(/\/+$/, "").replace(/\.git$/, "")}|${clean}`;
}

/** An Application as the cache keeps it: the list of its objects alone may have a megabyte. */
export function trimApplication(application: Application): Application {
  const { metadata, spec, status } = application;
  const source = ({ repoURL, path }: ApplicationSource) => ({
    ...(repoURL !== undefined && { repoURL }),
    ...(path !== undefined && { path }),
  });
  const { sync, health, operationState, conditions } = status ?? {};
  return {
    ...application,
    metadata,
    spec: {
      ...(spec?.source && { source: source(spec.source) }),
      ...(spec?.sources && { sources: spec.sources.map(source) }),
    },
    status: {
      ...(sync && {
        sync: {
          ...(sync.status !== undefined && { status: sync.status }),
          ...(sync.revision !== undefined && { revision: sync.revision }),
          ...(sync.revisions !== undefined && { revisions: sync.revisions }),
        },
      }),
      ...(health?.status !== undefined && { health: { status: health.status } }),
      ...(operationState?.phase !== undefined && {
        operationState: { phase: operationState.phase },
      }),
      ...(conditions && {
        conditions: conditions.map(({ type, message }) => ({
          type,
          message: message.slice(0, 2_048),
        })),
      }),
    },
  };
}
