/**
 * Compares the admission policies of a cluster with those that this version ships. Pure: the
 * controller and the command read the objects.
 */
import { canonicalJson } from "../canonical-json.ts";
import { isRecord } from "../is-record.ts";
import { identityPolicies, stampingPolicies } from "./identity.ts";
import { verbPolicies } from "./verbs.ts";

/** A policy or a binding, as the API server gives it. */
export interface PolicyObject {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly deletionTimestamp?: string | undefined };
  readonly spec?: unknown;
}

const resource = (kind: string, plural: string) => ({
  ...{ group: "admissionregistration.k8s.io", version: "v1", kind, plural, namespaced: false },
});

/** The collections that hold the policies. Servers before Kubernetes 1.36 have no mutating ones. */
export const policyResources = [
  resource("ValidatingAdmissionPolicy", "validatingadmissionpolicies"),
  resource("ValidatingAdmissionPolicyBinding", "validatingadmissionpolicybindings"),
  resource("MutatingAdmissionPolicy", "mutatingadmissionpolicies"),
  resource("MutatingAdmissionPolicyBinding", "mutatingadmissionpolicybindings"),
] as const;

/** Whether a server that does not have the collection cannot have the policies. */
export function isRequiredResource({ kind }: { readonly kind: string }): boolean {
  return kind.startsWith("Validating");
}

export const policyProblems = [
  "PolicyMissing",
  "PolicyUnbound",
  "PolicyNotDenying",
  "PolicyFailsOpen",
  "PolicyNarrowed",
  "PolicyAltered",
] as const;

/** A policy that does not do what this version ships it for. */
export interface PolicyFinding {
  readonly name: string;
  readonly problem: (typeof policyProblems)[number];
  /** The problem as a clause about the policy. */
  readonly message: string;
}

type Spec = Readonly<Record<string, unknown>>;

const validating = [...verbPolicies, ...identityPolicies] as PolicyObject[];
const stamping = stampingPolicies as PolicyObject[];

/** Names of the policies and bindings that this version ships. */
export const shippedPolicyNames: ReadonlySet<string> = new Set(
  [...validating, ...stamping].map(({ metadata }) => metadata.name),
);

/**
 * One finding for each policy that is missing or weaker than shipped, the worst first.
 *
 * Stamping policies are optional: they are compared where at least one is there, since an altered
 * one could write something else into an object. Other bindings of a policy only add refusals.
 */
export function findWeakPolicies(found: readonly PolicyObject[]): PolicyFinding[] {
  const byKey = new Map(found.map((object) => [keyOf(object), object]));
  const stamps = stamping.some((object) => byKey.has(keyOf(object)));
  const shipped = [...validating, ...(stamps ? stamping : [])];
  const findings = new Map<string, PolicyFinding>();
  for (const object of shipped) {
    const { name } = object.metadata;
    const finding = compare(object, byKey.get(keyOf(object)));
    const known = findings.get(name);
    if (finding === undefined) continue;
    if (known === undefined || rank(finding) < rank(known)) findings.set(name, finding);
  }
  return [...findings.values()].toSorted((a, b) => rank(a) - rank(b));
}

function rank({ problem }: PolicyFinding): number {
  return policyProblems.indexOf(problem);
}

function keyOf({ kind, metadata }: PolicyObject): string {
  return `${kind}/${metadata.name}`;
}

function compare(shipped: PolicyObject, found: PolicyObject | undefined) {
  const isBinding = shipped.kind.endsWith("Binding");
  const { name } = shipped.metadata;
  const says = (problem: PolicyFinding["problem"], message: string): PolicyFinding => ({
    ...{ name, problem, message },
  });
  if (found === undefined || found.metadata.deletionTimestamp !== undefined) {
    return isBinding
      ? says("PolicyUnbound", "has no binding")
      : says("PolicyMissing", "is not installed");
  }
  const [wanted, actual] = [specOf(shipped), specOf(found)];
  return isBinding ? compareBinding(wanted, actual, says) : comparePolicy(wanted, actual, says);
}

type Says = (problem: PolicyFinding["problem"], message: string) => PolicyFinding;

function compareBinding(wanted: Spec, actual: Spec, says: Says): PolicyFinding | undefined {
  if (actual["policyName"] !== wanted["policyName"]) {
    return says("PolicyUnbound", "is not what its binding names");
  }
  const actions = actual["validationActions"];
  const denies = Array.isArray(actions) && actions.includes("Deny");
  if (wanted["validationActions"] !== undefined && !denies) {
    return says("PolicyNotDenying", "does not deny: its binding lacks the action Deny");
  }
  const others = without(actual, ["policyName", "validationActions"]);
  if (Object.keys(others).length > 0) {
    return says("PolicyNarrowed", `is bound for a part of the requests: ${listOf(others)}`);
  }
  return undefined;
}

function comparePolicy(wanted: Spec, actual: Spec, says: Says): PolicyFinding | undefined {
  if (actual["failurePolicy"] !== wanted["failurePolicy"]) {
    return says("PolicyFailsOpen", "does not fail closed: failurePolicy is not Fail");
  }
  const matching = ["matchConstraints", "matchConditions", "paramKind"];
  const narrowed = matching.filter((field) => !isSame(actual[field], wanted[field]));
  if (narrowed.length > 0) {
    return says("PolicyNarrowed", `matches other requests than shipped: ${narrowed.join(", ")}`);
  }
  const [expected, rest] = [without(wanted, matching), without(actual, matching)];
  const fields = Object.keys({ ...expected, ...rest });
  const altered = fields.filter((field) => !isSame(rest[field], expected[field]));
  if (altered.length === 0) return undefined;
  return says("PolicyAltered", `is not that of this version: ${altered.join(", ")}`);
}

function specOf({ spec }: PolicyObject): Spec {
  const cleaned = clean(spec);
  return isRecord(cleaned) ? cleaned : {};
}

/**
 * Without empty values and the one default that the API server fills in, and with runs of white
 * space as one space: what is left is what was written.
 */
function clean(value: unknown): unknown {
  if (typeof value === "string") return value.replace(/\s+/g, " ").trim();
  if (Array.isArray(value)) return value.map(clean);
  if (!isRecord(value)) return value;
  const kept = Object.entries(value)
    .map(([field, inner]) => [field, clean(inner)] as const)
    .filter(([field, inner]) => !(field === "matchPolicy" && inner === "Equivalent"))
    .filter(([, inner]) => !isEmpty(inner));
  return Object.fromEntries(kept);
}

function isEmpty(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (isRecord(value)) return Object.keys(value).length === 0;
  return value === undefined || value === null;
}

function isSame(one: unknown, other: unknown): boolean {
  return canonicalJson(one ?? null) === canonicalJson(other ?? null);
}

function without(spec: Spec, fields: readonly string[]): Spec {
  return Object.fromEntries(Object.entries(spec).filter(([field]) => !fields.includes(field)));
}

function listOf(spec: Spec): string {
  return Object.keys(spec).toSorted().join(", ");
}
