import type { KubeObject, Resource } from "../../controller/kube/index.ts";
import type { OwnUser, ReconcilerDeps } from "./ports.ts";

const selfSubjectReviews: Resource = {
  group: "authentication.k8s.io",
  version: "v1",
  plural: "selfsubjectreviews",
  kind: "SelfSubjectReview",
  namespaced: false,
};

interface SelfSubjectReview extends KubeObject {
  readonly status?: { readonly userInfo?: { readonly username?: string } };
}

/**
 * The name under which the API server knows this process: what it asks for by itself, it asks for
 * in its own name, as everybody must. Asked once; every account may ask that.
 */
export function ownUserBy(client: Pick<ReconcilerDeps["client"], "create">): OwnUser {
  let known: string | undefined;
  return async (signal) => {
    if (known !== undefined) return known;
    const { apiVersion, kind } = {
      apiVersion: "authentication.k8s.io/v1",
      kind: "SelfSubjectReview",
    };
    const review: SelfSubjectReview = { apiVersion, kind, metadata: { name: "" } };
    const answer = await client.create<SelfSubjectReview>(selfSubjectReviews, review, { signal });
    known = answer.status?.userInfo?.username;
    if (known === undefined) throw new TypeError("the API server does not say who this is");
    return known;
  };
}
