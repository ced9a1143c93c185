/** Whether the admission policies that this version ships guard what is written to the API server. */
import { findWeakPolicies, isRequiredResource, type PolicyObject } from "../../api/index.ts";

/** The part of an informer that this rests on. */
export interface PolicyCollection {
  readonly resource: { readonly kind: string };
  readonly denied: "absent" | "forbidden" | undefined;
  readonly cache: { list(): readonly PolicyObject[] };
}

/** The condition of Environments: they are what the policies guard. */
export interface PolicyState {
  readonly type: "PoliciesEnforced";
  readonly status: "True" | "False" | "Unknown";
  readonly reason: string;
  readonly message: string;
}

const shown = 5;

/**
 * Reports what is known now, by the caches of the collections. Policies are compared again when a
 * cache has another object: each push and each Environment asks for the state.
 */
export function watchPolicies(collections: readonly PolicyCollection[]): () => PolicyState {
  let known: { objects: readonly PolicyObject[]; state: PolicyState } | undefined;
  return () => {
    const unreadable = unreadableState(collections);
    if (unreadable !== undefined) return unreadable;
    const objects = collections.flatMap(({ cache }) => cache.list());
    if (known === undefined || !isSame(known.objects, objects)) {
      known = { objects, state: stateOf(objects) };
    }
    return known.state;
  };
}

function isSame(some: readonly PolicyObject[], others: readonly PolicyObject[]): boolean {
  return some.length === others.length && some.every((object, at) => object === others[at]);
}

const type = "PoliciesEnforced" as const;

function unreadableState(collections: readonly PolicyCollection[]): PolicyState | undefined {
  const unreadable = collections.filter(
    ({ denied, resource }) =>
      denied === "forbidden" || (denied === "absent" && isRequiredResource(resource)),
  );
  if (unreadable.length === 0) return undefined;
  const names = unreadable.map(({ resource }) => resource.kind).join(", ");
  const message = `The controller cannot read ${names}: bind ClusterRole forge-controller-admission to it by a ClusterRoleBinding.`;
  return { type, status: "Unknown", reason: "PoliciesUnreadable", message };
}

function stateOf(objects: readonly PolicyObject[]): PolicyState {
  const findings = findWeakPolicies(objects);
  const [worst] = findings;
  if (worst === undefined) {
    const message = "The admission policies of this version are installed, bound and unchanged.";
    return { type, status: "True", reason: "Enforced", message };
  }
  const listed = findings.slice(0, shown).map(({ name, message }) => `${name} ${message}`);
  const more = findings.length > shown ? `; and ${findings.length - shown} more` : "";
  const message = `Install the admission policies of this version again: ${listed.join("; ")}${more}.`;
  return { type, status: "False", reason: worst.problem, message };
}
