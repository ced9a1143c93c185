import { groupOf, type Manifest } from "./manifest.ts";

/**
 * Kinds in the order in which they should reach a cluster: what others need comes first.
 * Helm's install order, but definitions of custom kinds come right after namespaces, and a kind
 * counts with its group, so that a Knative Service is no Service.
 */
const kindOrder: readonly string[] = [
  "PriorityClass.scheduling.k8s.io",
  "Namespace.",
  "CustomResourceDefinition.apiextensions.k8s.io",
  "NetworkPolicy.networking.k8s.io",
  "ResourceQuota.",
  "LimitRange.",
  "PodDisruptionBudget.policy",
  "ServiceAccount.",
  "Secret.",
  "ConfigMap.",
  "StorageClass.storage.k8s.io",
  "PersistentVolume.",
  "PersistentVolumeClaim.",
  "ClusterRole.rbac.authorization.k8s.io",
  "ClusterRoleBinding.rbac.authorization.k8s.io",
  "Role.rbac.authorization.k8s.io",
  "RoleBinding.rbac.authorization.k8s.io",
  "Service.",
  "DaemonSet.apps",
  "Pod.",
  "ReplicationController.",
  "ReplicaSet.apps",
  "Deployment.apps",
  "HorizontalPodAutoscaler.autoscaling",
  "StatefulSet.apps",
  "Job.batch",
  "CronJob.batch",
  "IngressClass.networking.k8s.io",
  "Ingress.networking.k8s.io",
  "APIService.apiregistration.k8s.io",
  "MutatingWebhookConfiguration.admissionregistration.k8s.io",
  "ValidatingWebhookConfiguration.admissionregistration.k8s.io",
];
const rank = new Map(kindOrder.map((kind, index) => [kind, index]));

type Sortable = Pick<Manifest, "apiVersion" | "kind" | "name" | "namespace">;

/** Order of application: by kind, then namespace, then name; other kinds last. Total on identities. */
export function compareApplyOrder(a: Sortable, b: Sortable): number {
  return (
    rankOf(a) - rankOf(b) ||
    compare(a.kind, b.kind) ||
    compare(groupOf(a.apiVersion), groupOf(b.apiVersion)) ||
    compare(a.namespace ?? "", b.namespace ?? "") ||
    compare(a.name, b.name)
  );
}

function rankOf(manifest: Sortable): number {
  return rank.get(`${manifest.kind}.${groupOf(manifest.apiVersion)}`) ?? kindOrder.length;
}

/** By code unit: a locale's order differs from machine to machine. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
