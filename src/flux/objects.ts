import type { KubeObject, Resource } from "../../controller/kube/index.ts";
import { keysOfAnnotations } from "../delivery/index.ts";

export interface FluxCondition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string;
  readonly message?: string;
}

/** What forge reads of a GitRepository or an OCIRepository. */
export interface FluxSource extends KubeObject {
  readonly spec?: { readonly url?: string };
  readonly status?: {
    readonly conditions?: readonly FluxCondition[];
    /** Of a commit `main@sha1:…`; of an image `<tag>@sha256:…`, or `sha256:…` by digest. */
    readonly artifact?: { readonly revision?: string };
  };
}

/** What forge reads of a Kustomization. */
export interface Kustomization extends KubeObject {
  readonly spec?: {
    readonly suspend?: boolean;
    readonly sourceRef?: {
      readonly kind?: string;
      readonly name?: string;
      readonly namespace?: string;
    };
  };
  readonly status?: {
    readonly observedGeneration?: number;
    readonly conditions?: readonly FluxCondition[];
    readonly lastAppliedRevision?: string;
    readonly lastAttemptedRevision?: string;
  };
}

const source = { group: "source.toolkit.fluxcd.io", version: "v1", namespaced: true } as const;

export const gitRepositoryResource: Resource = {
  ...source,
  plural: "gitrepositories",
  kind: "GitRepository",
};
export const ociRepositoryResource: Resource = {
  ...source,
  plural: "ocirepositories",
  kind: "OCIRepository",
};
export const kustomizationResource: Resource = {
  group: "kustomize.toolkit.fluxcd.io",
  version: "v1",
  namespaced: true,
  plural: "kustomizations",
  kind: "Kustomization",
};

/** A controller looks at an object at once when this has a value that it has not had before. */
export const requestedAtAnnotation = "reconcile.fluxcd.io/requestedAt";

/** What follows an `@`, or the whole: the digest of an image, or `sha1:` and a commit. */
export function digestOf(revision: string | undefined): string | undefined {
  return revision?.slice(revision.lastIndexOf("@") + 1);
}

/** Index value of an OCIRepository, and of the Kustomizations that apply it. */
export function sourceKey(namespace: string | undefined, name: string | undefined): string {
  return `${namespace}/${name}`;
}

export function sourceKeysOf({ metadata, spec }: Kustomization): string[] {
  const { kind, name, namespace = metadata.namespace } = spec?.sourceRef ?? {};
  return kind === "OCIRepository" ? [sourceKey(namespace, name)] : [];
}

export function pointerKeysOf({ metadata }: KubeObject): string[] {
  return keysOfAnnotations(metadata.annotations);
}

export function conditionOf(
  object: Pick<Kustomization, "status">,
  wanted: string,
): FluxCondition | undefined {
  return object.status?.conditions?.find(({ type }) => type === wanted);
}

/** A source as the cache keeps it. */
export function trimSource(object: FluxSource): FluxSource {
  const { spec, status } = object;
  const revision = status?.artifact?.revision;
  return {
    ...object,
    spec: { ...(spec?.url !== undefined && { url: spec.url }) },
    status: {
      conditions: trimConditions(status?.conditions),
      ...(revision !== undefined && { artifact: { revision } }),
    },
  };
}

/** A Kustomization as the cache keeps it: its inventory may name thousands of objects. */
export function trimKustomization(object: Kustomization): Kustomization {
  const { spec, status } = object;
  const { observedGeneration, lastAppliedRevision, lastAttemptedRevision } = status ?? {};
  return {
    ...object,
    spec: {
      ...(spec?.suspend !== undefined && { suspend: spec.suspend }),
      ...(spec?.sourceRef !== undefined && { sourceRef: spec.sourceRef }),
    },
    status: {
      ...(observedGeneration !== undefined && { observedGeneration }),
      ...(lastAppliedRevision !== undefined && { lastAppliedRevision }),
      ...(lastAttemptedRevision !== undefined && { lastAttemptedRevision }),
      conditions: trimConditions(status?.conditions),
    },
  };
}

function trimConditions(conditions: readonly FluxCondition[] = []): FluxCondition[] {
  return conditions.map(({ type, status, reason = "", message = "" }) => ({
    type,
    status,
    reason,
    message: message.slice(0, 2_048),
  }));
}
