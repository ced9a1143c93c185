import { group } from "../kind.ts";

export type Operation = "CREATE" | "UPDATE" | "DELETE";

/** What both kinds of admission policy say of the requests that they look at. */
export interface Scope {
  /** Also the name of its binding. */
  readonly name: string;
  readonly resource: string;
  readonly operations: readonly Operation[];
}

export interface Variable {
  readonly name: string;
  readonly expression: string;
}

export interface Validation {
  readonly expression: string;
  /** CEL that says who was refused what, and what to ask for. */
  readonly messageExpression: string;
}

const apiVersion = "admissionregistration.k8s.io/v1";

/** A ValidatingAdmissionPolicy and its binding: what does not hold is Forbidden. */
export function validatingPolicy(
  scope: Scope,
  variables: readonly Variable[],
  validations: readonly Validation[],
): object[] {
  const policy = {
    apiVersion,
    kind: "ValidatingAdmissionPolicy",
    metadata: { name: scope.name },
    spec: {
      failurePolicy: "Fail",
      matchConstraints: constraints(scope),
      // An empty list is not stored: without it, applying again changes nothing.
      ...(variables.length > 0 && { variables }),
      validations: validations.map((validation) => ({ ...validation, reason: "Forbidden" })),
    },
  };
  return [policy, binding("ValidatingAdmissionPolicyBinding", scope, ["Deny"])];
}

/** A MutatingAdmissionPolicy and its binding; each mutation is a CEL list of JSONPatch. */
export function mutatingPolicy(
  scope: Scope,
  variables: readonly Variable[],
  mutations: readonly string[],
): object[] {
  const policy = {
    apiVersion,
    kind: "MutatingAdmissionPolicy",
    metadata: { name: scope.name },
    spec: {
      failurePolicy: "Fail",
      reinvocationPolicy: "Never",
      matchConstraints: constraints(scope),
      ...(variables.length > 0 && { variables }),
      mutations: mutations.map((expression) => ({
        patchType: "JSONPatch",
        jsonPatch: { expression },
      })),
    },
  };
  return [policy, binding("MutatingAdmissionPolicyBinding", scope)];
}

/** Subresources are not named: a status is its writer's own, and RBAC says who that is. */
function constraints({ resource, operations }: Scope): object {
  return {
    resourceRules: [
      {
        apiGroups: [group],
        apiVersions: ["*"],
        operations,
        resources: [resource],
        scope: "Namespaced",
      },
    ],
  };
}

function binding(kind: string, { name }: Scope, validationActions?: readonly string[]): object {
  return {
    apiVersion,
    kind,
    metadata: { name },
    spec: { policyName: name, ...(validationActions && { validationActions }) },
  };
}
