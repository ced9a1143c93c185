/** What the API server tells a caller of itself. */
import type { KubeClient } from "./client.ts";
import type { KubeObject } from "./object.ts";
import type { Resource } from "./resource.ts";
import type { RequestOptions } from "./verbs.ts";

const selfSubjectReviews: Resource = {
  group: "authentication.k8s.io",
  version: "v1",
  plural: "selfsubjectreviews",
  kind: "SelfSubjectReview",
  namespaced: false,
};

const selfSubjectAccessReviews: Resource = {
  group: "authorization.k8s.io",
  version: "v1",
  plural: "selfsubjectaccessreviews",
  kind: "SelfSubjectAccessReview",
  namespaced: false,
};

interface SelfSubjectReview extends KubeObject {
  readonly status?: { readonly userInfo?: { readonly username?: string } };
}

interface SelfSubjectAccessReview extends KubeObject {
  readonly spec: { readonly resourceAttributes: ResourceAttributes };
  readonly status?: { readonly allowed?: boolean };
}

/** authorization.k8s.io/v1 ResourceAttributes, as far as they are asked about. */
export interface ResourceAttributes {
  /** All namespaces where there is none. */
  readonly namespace?: string;
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly name?: string;
}

type Creator = Pick<KubeClient, "create">;

/** The name under which the API server knows the caller, and its clock where it tells it. Everybody may ask. */
export async function whoAmI(
  client: Creator,
  options: RequestOptions,
): Promise<{ readonly user: string; readonly serverTime?: Date }> {
  const review: SelfSubjectReview = {
    apiVersion: "authentication.k8s.io/v1",
    kind: "SelfSubjectReview",
    metadata: { name: "" },
  };
  const { status, metadata } = await client.create(selfSubjectReviews, review, options);
  const user = status?.userInfo?.username;
  if (user === undefined) throw new TypeError("the API server does not say who this is");
  const { creationTimestamp: time } = metadata;
  return { user, ...(time && { serverTime: new Date(time) }) };
}

/** Whether the caller may do that. Everybody may ask. */
export async function mayI(
  client: Creator,
  resourceAttributes: ResourceAttributes,
  options: RequestOptions,
): Promise<boolean> {
  const review: SelfSubjectAccessReview = {
    apiVersion: "authorization.k8s.io/v1",
    kind: "SelfSubjectAccessReview",
    metadata: { name: "" },
    spec: { resourceAttributes },
  };
  const answer = await client.create(selfSubjectAccessReviews, review, options);
  return answer.status?.allowed === true;
}
