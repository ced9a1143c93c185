import { ForgeError, isRecord } from "../api/index.ts";
import { groupOf, type Manifest } from "./manifest.ts";

/** What a release may hold, as its Project says. */
export interface ObjectRules {
  /** `<Kind>.<group>` of kinds outside of namespaces; `*` for every one. */
  readonly clusterScoped: readonly string[];
  /** Namespaces that an object may name; undefined for any. */
  readonly namespaces?: readonly string[] | undefined;
}

/** Kinds of Kubernetes 1.36 that are in no namespace. Of other kinds a manifest does not tell. */
const clusterScoped: ReadonlySet<string> = new Set([
  ...["Namespace.", "Node.", "PersistentVolume.", "ComponentStatus."],
  ...["ClusterRole", "ClusterRoleBinding"].map((kind) => `${kind}.rbac.authorization.k8s.io`),
  "CustomResourceDefinition.apiextensions.k8s.io",
  "APIService.apiregistration.k8s.io",
  ...[
    "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration",
    "ValidatingAdmissionPolicy",
    "ValidatingAdmissionPolicyBinding",
    "MutatingAdmissionPolicy",
    "MutatingAdmissionPolicyBinding",
  ].map((kind) => `${kind}.admissionregistration.k8s.io`),
  ...["StorageClass", "VolumeAttachment", "VolumeAttributesClass", "CSIDriver", "CSINode"].map(
    (kind) => `${kind}.storage.k8s.io`,
  ),
  "StorageVersion.internal.apiserver.k8s.io",
  "StorageVersionMigration.storagemigration.k8s.io",
  ...["IngressClass", "IPAddress", "ServiceCIDR"].map((kind) => `${kind}.networking.k8s.io`),
  "PriorityClass.scheduling.k8s.io",
  "RuntimeClass.node.k8s.io",
  ...["FlowSchema", "PriorityLevelConfiguration"].map(
    (kind) => `${kind}.flowcontrol.apiserver.k8s.io`,
  ),
  ...["CertificateSigningRequest", "ClusterTrustBundle"].map(
    (kind) => `${kind}.certificates.k8s.io`,
  ),
  ...["DeviceClass", "ResourceSlice", "DeviceTaintRule"].map((kind) => `${kind}.resource.k8s.io`),
]);

/** @throws ForgeError ObjectNotAllowed, naming the first object that the rules refuse */
export function refuseObjects(manifests: readonly Manifest[], rules: ObjectRules): void {
  const scopes = new Set([...clusterScoped, ...manifests.flatMap(clusterScopedBy)]);
  for (const manifest of manifests) {
    const kind = qualified(manifest);
    if (scopes.has(kind)) {
      const isAllowed = ["*", kind, kind.replace(/\.$/, "")].some((name) =>
        rules.clusterScoped.includes(name),
      );
      if (!isAllowed) {
        throw refusal(
          manifest,
          `belongs to no namespace, and the Project allows no ${manifest.kind}`,
        );
      }
    }
    const { namespace } = manifest;
    if (namespace !== undefined && rules.namespaces?.includes(namespace) === false) {
      throw refusal(manifest, `names the namespace ${namespace}, which the Project does not allow`);
    }
  }
}

/** What should be looked at, and keeps nothing from being released. */
export function warningsOf(manifests: readonly Manifest[]): string[] {
  return manifests
    .filter(({ apiVersion, kind, object }) => {
      const filled = (field: string): boolean =>
        isRecord(object[field]) && Object.keys(object[field]).length > 0;
      return apiVersion === "v1" && kind === "Secret" && (filled("data") || filled("stringData"));
    })
    .map(
      ({ name }) =>
        `Secret ${name} carries its data in the manifests, for everybody who may read the release image.`,
    );
}

function qualified({ apiVersion, kind }: Pick<Manifest, "apiVersion" | "kind">): string {
  return `${kind}.${groupOf(apiVersion)}`;
}

/** The kind that a CustomResourceDefinition of the same release makes, if it is in no namespace. */
function clusterScopedBy({ kind, object }: Manifest): string[] {
  const { spec } = object;
  if (kind !== "CustomResourceDefinition" || !isRecord(spec) || spec["scope"] !== "Cluster")
    return [];
  const names = spec["names"];
  return isRecord(names) ? [`${String(names["kind"])}.${String(spec["group"])}`] : [];
}

function refusal({ kind, name, namespace }: Manifest, why: string): ForgeError {
  const object = namespace === undefined ? name : `${namespace}/${name}`;
  return new ForgeError("ObjectNotAllowed", `${kind} ${object} ${why}`);
}
