/** Who may approve for an environment, as far as the one who asks may read RBAC. */
import {
  isForbidden,
  type KubeClient,
  KubeError,
  type KubeObject,
  type Resource,
} from "../../controller/kube/index.ts";
import { clusterRoles, group } from "../api/index.ts";

/** A subject of a binding whose role holds the right. */
export interface Approver {
  readonly kind: string;
  readonly name: string;
  /** Of a service account. */
  readonly namespace?: string;
  /** Such as `RoleBinding bob-forge-approver`. */
  readonly binding: string;
  /** Such as `ClusterRole forge-approver`. */
  readonly role: string;
}

export interface Approvers {
  /** At most 100; those bound in the namespace first. */
  readonly approvers: readonly Approver[];
  /** What could not be told, in words; empty when all of them are here. */
  readonly unknown: readonly string[];
}

interface Rule {
  readonly verbs?: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
}

interface Role extends KubeObject {
  readonly rules?: readonly Rule[] | null;
}

interface Binding extends KubeObject {
  readonly roleRef: { readonly kind: string; readonly name: string };
  readonly subjects?: readonly {
    readonly kind: string;
    readonly name: string;
    readonly namespace?: string;
  }[];
}

const rbac = (kind: string, plural: string, namespaced: boolean): Resource => ({
  ...{ group: "rbac.authorization.k8s.io", version: "v1", kind, plural, namespaced },
});
const roles = rbac("Role", "roles", true);
const clusterRoleResource = rbac("ClusterRole", "clusterroles", false);
const roleBindings = rbac("RoleBinding", "rolebindings", true);
const clusterRoleBindings = rbac("ClusterRoleBinding", "clusterrolebindings", false);

/** Of each kind; a cluster with more is asked by other means. */
const maximumRead = 2_000;
const maximumTold = 100;

/** By four lists, each of which the caller may or may not read. */
export async function approversOf(
  client: Pick<KubeClient, "listAll">,
  { namespace, environment }: { readonly namespace: string; readonly environment: string },
  signal: AbortSignal,
): Promise<Approvers> {
  const unknown: string[] = [];
  const read = async <T extends KubeObject>(resource: Resource): Promise<readonly T[]> => {
    const place = resource.namespaced ? { namespace } : {};
    try {
      const found = await client.listAll<T>(resource, { ...place, maximum: maximumRead, signal });
      return found.items;
    } catch (error) {
      const why = reasonOf(error);
      if (why === undefined) throw error;
      unknown.push(`${resource.plural}: ${why}`);
      return [];
    }
  };
  const [here, everywhere, ownRoles, clusterWide] = await Promise.all([
    read<Binding>(roleBindings),
    read<Binding>(clusterRoleBindings),
    read<Role>(roles),
    read<Role>(clusterRoleResource),
  ]);
  // Forge's own are known without being read; what the cluster says of them goes before.
  const shipped = clusterRoles as readonly KubeObject[] as readonly Role[];
  const granting = new Map(
    [...shipped, ...clusterWide, ...ownRoles].map((role) => [
      `${role.kind} ${role.metadata.name}`,
      role.rules?.some((rule) => grants(rule, environment)) === true,
    ]),
  );
  const approvers = new Map<string, Approver>();
  for (const { kind, metadata, roleRef, subjects } of [...here, ...everywhere]) {
    const role = `${roleRef.kind} ${roleRef.name}`;
    if (granting.get(role) !== true) continue;
    const binding = `${kind} ${metadata.name}`;
    for (const { kind: of, name, namespace: home } of subjects ?? []) {
      const key = `${of} ${home ?? ""} ${name}`;
      if (approvers.has(key)) continue;
      approvers.set(key, { kind: of, name, ...(home && { namespace: home }), binding, role });
    }
  }
  if (approvers.size > maximumTold) unknown.push(`${approvers.size - maximumTold} more`);
  return { approvers: [...approvers.values()].slice(0, maximumTold), unknown: unknown.toSorted() };
}

/** As RBAC reads a rule. */
function grants(rule: Rule, environment: string): boolean {
  const has = (given: readonly string[] | undefined, wanted: string) =>
    given?.some((one) => one === "*" || one === wanted) === true;
  const { resourceNames = [] } = rule;
  return (
    has(rule.verbs, "approve") &&
    has(rule.apiGroups, group) &&
    has(rule.resources, "environments") &&
    (resourceNames.length === 0 || resourceNames.includes(environment))
  );
}

function reasonOf(error: unknown): string | undefined {
  if (isForbidden(error)) return "you may not list them";
  if (error instanceof KubeError && error.reason === "AnswerTooLarge") {
    return `there are more than ${maximumRead}`;
  }
  return undefined;
}
