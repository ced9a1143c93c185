/** The admission policies of the cluster, and their bindings, as far as they bear forge's names. */
import { Informer, type KubeObject } from "../../../controller/kube/index.ts";
import { type PolicyObject, policyResources, shippedPolicyNames } from "../../api/index.ts";
import type { InformerDeps } from "../informers.ts";

export type PolicyInformer = Informer<PolicyObject & KubeObject>;

/** How often a collection that is not served, or may not be read, is asked for. */
const absentRetryMs = 30_000;

export function createPolicyInformers({
  namespace: _,
  ...deps
}: InformerDeps): readonly PolicyInformer[] {
  return policyResources.map(
    (resource) => new Informer({ ...deps, resource, trim: trimPolicy, absentRetryMs }),
  );
}

/** Other people's policies are counted by name alone. */
function trimPolicy(object: PolicyObject & KubeObject): PolicyObject & KubeObject {
  const { apiVersion, kind, metadata, spec } = object;
  const { name, uid, resourceVersion, deletionTimestamp } = metadata;
  return {
    ...{ apiVersion, kind },
    metadata: { name, uid, resourceVersion, ...(deletionTimestamp && { deletionTimestamp }) },
    ...(shippedPolicyNames.has(name) && { spec }),
  };
}
