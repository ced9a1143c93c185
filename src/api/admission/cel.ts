/** Pieces of CEL that several policies are made of. */
import { group } from "../kind.ts";

export const user = "request.userInfo.username";
export const isCreate = "request.operation == 'CREATE'";

/** The object that a request is about; a deletion has an old one alone. */
export const subject = "(request.operation == 'DELETE' ? oldObject : object)";

/** Whether the request makes the object, or changes this optional field of its spec. */
export function sets(field: string): string {
  return `(${isCreate} || object.spec.?${field} != oldObject.spec.?${field})`;
}

/**
 * Whether a request changes what a policy guards. An owner is guarded like the spec: who may set
 * one could have the garbage collector delete what they may not delete themselves.
 */
export const changesSpecOrOwner = [
  "request.operation != 'UPDATE'",
  "object.spec != oldObject.spec",
  "object.metadata.?ownerReferences != oldObject.metadata.?ownerReferences",
].join(" || ");

/** Whether an update changes an annotation. */
export function changesAnnotation(key: string): string {
  // Optional values: an empty annotation is another than none.
  const value = (object: string) => `${object}.metadata.?annotations[?'${key}']`;
  return `(request.operation == 'UPDATE' && ${value("object")} != ${value("oldObject")})`;
}

/**
 * Whether Kubernetes itself sweeps the object up: with its namespace, or its owner. A namespace that
 * terminates may do so for long: whatever is not a deletion is judged there as everywhere.
 */
export const isSwept = [
  "request.operation == 'DELETE' && has(namespaceObject.metadata.deletionTimestamp)",
  `${user} == 'system:serviceaccount:kube-system:generic-garbage-collector'`,
].join(" || ");

/** Whether the user holds one of forge's own verbs, in the namespace of the request. */
export function holds(verb: string, resource: string, name?: string): string {
  const named = name === undefined ? "" : `.name(${name})`;
  return `authorizer.group('${group}').resource('${resource}').namespace(request.namespace)${named}.check('${verb}').allowed()`;
}

/** Concatenates texts and CEL expressions, the latter as `{cel: …}`. */
export function sentence(...parts: readonly (string | { readonly cel: string })[]): string {
  return parts
    .map((part) => (typeof part === "string" ? `'${part.replaceAll("'", "\\'")}'` : part.cel))
    .join(" + ");
}
