/**
 * Who may do what: RBAC is asked about verbs of forge's own, whoever the writer is, be it kubectl,
 * the CLI, the dashboard or Argo CD.
 */
import {
  changesAnnotation,
  changesSpecOrOwner,
  holds,
  isSwept,
  sentence,
  subject,
  user,
} from "./cel.ts";
import { type Operation, validatingPolicy } from "./policy.ts";

interface Guard {
  readonly verb: string;
  /** What the verb stands on, such as environments; RBAC may name single ones. */
  readonly on: string;
  /** CEL for the name of that one; without it the verb is for all of them. */
  readonly named?: string;
  /** The objects that are written, and how. */
  readonly resource: string;
  readonly operations: readonly Operation[];
  /** CEL: the requests that need the verb. */
  readonly when: string;
  /** What was tried, in words. */
  readonly act: string;
  /** ClusterRole that gives the verb. */
  readonly role: string;
}

const guards: readonly Guard[] = [
  {
    verb: "release",
    on: "projects",
    named: `${subject}.spec.repository + '/' + ${subject}.spec.project`,
    resource: "releases",
    operations: ["CREATE", "UPDATE", "DELETE"],
    when: `${changesSpecOrOwner} || ${changesAnnotation("forge.dev/retry")}`,
    act: "release, release again or delete releases of project",
    role: "forge-releaser",
  },
  {
    verb: "deploy",
    on: "environments",
    named: `${subject}.spec.environment`,
    resource: "releasepointers",
    operations: ["CREATE", "UPDATE", "DELETE"],
    when: changesSpecOrOwner,
    act: "deploy to environment",
    role: "forge-deployer",
  },
  {
    verb: "approve",
    on: "environments",
    named: `${subject}.spec.environment`,
    resource: "releaseapprovals",
    operations: ["CREATE", "UPDATE", "DELETE"],
    when: changesSpecOrOwner,
    act: "approve, revoke or delete approvals for environment",
    role: "forge-approver",
  },
  {
    verb: "record",
    on: "releasedeployments",
    resource: "releasedeployments",
    operations: ["CREATE", "UPDATE"],
    when: changesSpecOrOwner,
    act: "write the record of a deployment, which is for forge-controller alone",
    role: "forge-controller",
  },
];

export const verbPolicies: object[] = guards.flatMap((guard) => {
  const { verb, on, named, resource, operations, when, act, role } = guard;
  const variables = [
    ...(operations.includes("DELETE") ? [{ name: "swept", expression: isSwept }] : []),
    ...(named === undefined ? [] : [{ name: "name", expression: named }]),
    { name: "guarded", expression: when },
  ];
  const exempt = operations.includes("DELETE") ? "variables.swept || " : "";
  const what = named === undefined ? [] : [" ", { cel: "variables.name" }];
  const object = named === undefined ? [] : ["/", { cel: "variables.name" }];
  return validatingPolicy({ name: `${verb}.forge.dev`, resource, operations }, variables, [
    {
      expression: `${exempt}!variables.guarded || ${holds(verb, on, named && "variables.name")}`,
      messageExpression: sentence(
        'user "',
        { cel: user },
        `" may not ${act}`,
        ...what,
        `: ask for the verb "${verb}" on ${on}.forge.dev`,
        ...object,
        " in namespace ",
        { cel: "request.namespace" },
        `, which ClusterRole ${role} gives`,
      ),
    },
  ]);
});
