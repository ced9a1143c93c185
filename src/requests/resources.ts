import type { Resource } from "../../controller/kube/index.ts";
import { group, kinds, version } from "../api/index.ts";
import type { KindName } from "./ports.ts";

/** A kind of forge's as the API server serves it. */
export function resourceOf(name: KindName): Resource {
  const kind = kinds.find((known) => known.kind === name);
  if (kind === undefined) throw new TypeError(`no kind ${name}`);
  return { group, version, plural: kind.plural, kind: name, namespaced: true };
}

export const selfSubjectReviews: Resource = {
  group: "authentication.k8s.io",
  version: "v1",
  plural: "selfsubjectreviews",
  kind: "SelfSubjectReview",
  namespaced: false,
};

export const selfSubjectAccessReviews: Resource = {
  group: "authorization.k8s.io",
  version: "v1",
  plural: "selfsubjectaccessreviews",
  kind: "SelfSubjectAccessReview",
  namespaced: false,
};
