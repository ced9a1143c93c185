import type { KubeObject, Resource } from "../../controller/kube/index.ts";
import { keysOfAnnotations, pathKey, pointerAnnotations } from "../delivery/index.ts";

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

/** Index values under which an Application is kept: by its annotations, and by its sources. */
export function keysOfApplication({ metadata, spec }: Application): string[] {
  // One that names its pointer reports on no other, whatever it reads.
  if (metadata.annotations?.[pointerAnnotations.pointer] !== undefined) {
    return keysOfAnnotations(metadata.annotations);
  }
  const sources = [...(spec?.source ? [spec.source] : []), ...(spec?.sources ?? [])];
  return [
    ...keysOfAnnotations(metadata.annotations),
    ...sources.flatMap(({ repoURL, path }) =>
      repoURL !== undefined && path !== undefined ? [pathKey(repoURL, path)] : [],
    ),
  ];
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
