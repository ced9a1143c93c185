/** ClusterRoles: who reads and writes forge's objects, and who holds its verbs. */
import { group } from "../kind.ts";
import { kinds } from "../kinds.ts";
import { policyResources } from "./in-force.ts";

export interface PolicyRule {
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
}

export interface ClusterRole {
  readonly apiVersion: "rbac.authorization.k8s.io/v1";
  readonly kind: "ClusterRole";
  readonly metadata: {
    readonly name: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  };
  readonly rules: readonly PolicyRule[];
}

const read = ["get", "list", "watch"];
const write = ["create", "update", "patch", "delete"];
const everything = kinds.map(({ plural }) => plural);

function rule(resources: readonly string[], verbs: readonly string[], apiGroup = group) {
  return { apiGroups: [apiGroup], resources, verbs };
}

function clusterRole(
  name: string,
  description: string,
  rules: readonly PolicyRule[],
  aggregatesTo: readonly string[] = [],
): ClusterRole {
  const labels = Object.fromEntries(
    aggregatesTo.map((role) => [`rbac.authorization.k8s.io/aggregate-to-${role}`, "true"]),
  );
  return {
    apiVersion: "rbac.authorization.k8s.io/v1",
    kind: "ClusterRole",
    metadata: {
      name,
      ...(aggregatesTo.length > 0 && { labels }),
      annotations: { "kubernetes.io/description": description },
    },
    rules,
  };
}

export const clusterRoles: readonly ClusterRole[] = [
  clusterRole(
    "forge-view",
    "Reads all of forge's objects.",
    [rule(everything, read)],
    ["view", "edit", "admin"],
  ),
  clusterRole(
    "forge-edit",
    "Writes releases and pointers, where one of forge's verbs allows it.",
    [rule(["releases", "releasepointers"], write)],
    ["edit", "admin"],
  ),
  clusterRole(
    "forge-admin",
    "Writes the environments and projects of a namespace; may not deploy or approve by that.",
    [rule(["environments", "projects"], write)],
    ["admin"],
  ),
  clusterRole("forge-releaser", "Releases every project of the namespace it is bound in.", [
    rule(everything, read),
    rule(["releases"], ["create"]),
    rule(["projects"], ["release"]),
  ]),
  clusterRole("forge-deployer", "Deploys to every environment of the namespace it is bound in.", [
    rule(everything, read),
    rule(["releasepointers"], write),
    rule(["environments"], ["deploy"]),
  ]),
  clusterRole(
    "forge-approver",
    "Approves, and revokes, for every environment of the namespace it is bound in.",
    [
      rule(everything, read),
      rule(["releaseapprovals"], write),
      rule(["environments"], ["approve"]),
    ],
  ),
  clusterRole("forge-controller", "What forge-controller needs in the namespaces it looks at.", [
    rule(["releases", "environments", "releasepointers", "projects"], read),
    rule(["releaseapprovals", "releasedeployments"], ["list", "watch"]),
    rule(["projects"], ["create"]),
    rule(["releasepointers"], ["create", "update"]),
    rule(["releasedeployments"], ["create", "delete"]),
    rule(
      [
        "releases/status",
        "environments/status",
        "releasepointers/status",
        "releaseapprovals/status",
        "releasedeployments/status",
        "projects/status",
      ],
      ["patch"],
    ),
    // Its own verbs: what autoDeploy moves, and the records of what was deployed.
    rule(["environments"], ["deploy"]),
    rule(["releasedeployments"], ["record"]),
    rule(["secrets"], ["get"], ""),
    rule(["events"], ["create"], "events.k8s.io"),
  ]),
  clusterRole(
    "forge-server",
    "What forge-server needs in the namespaces it looks at: it reads, and writes in its callers' names alone.",
    [
      rule(everything, ["list", "watch"]),
      rule(["tokenreviews"], ["create"], "authentication.k8s.io"),
    ],
  ),
  clusterRole(
    "forge-controller-argocd",
    "Argo CD's Applications, to report on them and to ask for a refresh; to be bound in Argo CD's namespaces alone.",
    [rule(["applications"], [...read, "patch"], "argoproj.io")],
  ),
  clusterRole(
    "forge-controller-flux",
    "Flux's sources and Kustomizations, to report on them and to ask for a look at Git; to be bound in Flux's namespaces alone.",
    [
      rule(["gitrepositories"], [...read, "patch"], "source.toolkit.fluxcd.io"),
      rule(["ocirepositories"], read, "source.toolkit.fluxcd.io"),
      rule(["kustomizations"], read, "kustomize.toolkit.fluxcd.io"),
    ],
  ),
  clusterRole(
    "forge-controller-admission",
    "The cluster's admission policies and their bindings, to report when forge's are not in force; to be bound by a ClusterRoleBinding.",
    [
      rule(
        policyResources.map(({ plural }) => plural),
        ["list", "watch"],
        "admissionregistration.k8s.io",
      ),
    ],
  ),
  clusterRole(
    "forge-controller-leader-election",
    // In all namespaces it would let the controller take over everybody's leases.
    "The Lease of forge-controller; to be bound in the controller's own namespace alone.",
    [rule(["leases"], ["get", "create", "update"], "coordination.k8s.io")],
  ),
];
