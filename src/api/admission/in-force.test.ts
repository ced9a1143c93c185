import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { identityPolicies, stampingPolicies } from "./identity.ts";
import { findWeakPolicies, type PolicyObject, policyProblems } from "./in-force.ts";
import { verbPolicies } from "./verbs.ts";

type Writable = PolicyObject & { spec: Record<string, unknown> };

const validating = [...verbPolicies, ...identityPolicies] as Writable[];
const all = [...validating, ...stampingPolicies] as Writable[];

/** The policies as shipped, with one of them changed; undefined removes it. */
function changed(
  kind: string,
  name: string,
  change: (object: Writable) => object | undefined,
): PolicyObject[] {
  return all.flatMap((object) => {
    if (object.kind !== kind || object.metadata.name !== name) return [object];
    const made = change(structuredClone(object));
    return made === undefined ? [] : [made as PolicyObject];
  });
}

const policy = "ValidatingAdmissionPolicy";
const binding = `${policy}Binding`;
const withSpec = (spec: object) => (object: Writable) => ({
  ...object,
  spec: { ...object.spec, ...spec },
});

describe("policies that are in force", () => {
  test.each<{ because: string; found: readonly PolicyObject[] }>([
    { because: "all are as shipped", found: all },
    { because: "stamping is left to people", found: validating },
    {
      because: "the API server filled in its defaults",
      found: changed(policy, "deploy.forge.dev", (object) => ({
        ...object,
        status: { typeChecking: {} },
        spec: {
          ...object.spec,
          matchConstraints: {
            ...(object.spec["matchConstraints"] as object),
            matchPolicy: "Equivalent",
            namespaceSelector: {},
            objectSelector: {},
          },
        },
      })),
    },
    {
      because: "a refusal is written to the audit log as well",
      found: changed(
        binding,
        "deploy.forge.dev",
        withSpec({ validationActions: ["Audit", "Deny"] }),
      ),
    },
    {
      because: "a binding that names all requests names all requests",
      found: changed(
        binding,
        "deploy.forge.dev",
        withSpec({ matchResources: { matchPolicy: "Equivalent", namespaceSelector: {} } }),
      ),
    },
    {
      because: "another policy is none of forge's",
      found: [...all, { kind: policy, metadata: { name: "other.example.com" }, spec: {} }],
    },
  ])("$because", ({ found }) => {
    expect(findWeakPolicies(found)).toEqual([]);
  });
});

describe("a policy that is weaker than shipped", () => {
  const name = "deploy.forge.dev";
  test.each<{ because: string; found: readonly PolicyObject[]; problem: string; says: string }>([
    {
      because: "it is gone",
      found: changed(policy, name, () => undefined),
      problem: "PolicyMissing",
      says: "not installed",
    },
    {
      because: "it is being deleted",
      found: changed(policy, name, (object) => ({
        ...object,
        metadata: { name, deletionTimestamp: "2026-11-21T12:00:00Z" },
      })),
      problem: "PolicyMissing",
      says: "not installed",
    },
    {
      because: "its binding is gone",
      found: changed(binding, name, () => undefined),
      problem: "PolicyUnbound",
      says: "no binding",
    },
    {
      because: "its binding names another one",
      found: changed(binding, name, withSpec({ policyName: "release.forge.dev" })),
      problem: "PolicyUnbound",
      says: "not what its binding names",
    },
    {
      because: "it only warns",
      found: changed(binding, name, withSpec({ validationActions: ["Warn", "Audit"] })),
      problem: "PolicyNotDenying",
      says: "Deny",
    },
    {
      because: "it fails open",
      found: changed(policy, name, withSpec({ failurePolicy: "Ignore" })),
      problem: "PolicyFailsOpen",
      says: "failurePolicy",
    },
    {
      because: "a condition was added",
      found: changed(
        policy,
        name,
        withSpec({ matchConditions: [{ name: "x", expression: "false" }] }),
      ),
      problem: "PolicyNarrowed",
      says: "matchConditions",
    },
    {
      because: "it passes labelled objects by",
      found: changed(policy, name, (object) => ({
        ...object,
        spec: {
          ...object.spec,
          matchConstraints: {
            ...(object.spec["matchConstraints"] as object),
            objectSelector: { matchExpressions: [{ key: "x", operator: "DoesNotExist" }] },
          },
        },
      })),
      problem: "PolicyNarrowed",
      says: "matchConstraints",
    },
    {
      because: "it no longer sees updates",
      found: changed(policy, name, (object) => ({
        ...object,
        spec: { ...object.spec, matchConstraints: { resourceRules: [] } },
      })),
      problem: "PolicyNarrowed",
      says: "matchConstraints",
    },
    {
      because: "its binding passes namespaces by",
      found: changed(
        binding,
        name,
        withSpec({ matchResources: { namespaceSelector: { matchLabels: { a: "" } } } }),
      ),
      problem: "PolicyNarrowed",
      says: "matchResources",
    },
    {
      because: "its binding asks for a parameter that may be missing",
      found: changed(
        binding,
        name,
        withSpec({ paramRef: { name: "x", parameterNotFoundAction: "Allow" } }),
      ),
      problem: "PolicyNarrowed",
      says: "paramRef",
    },
    {
      because: "its expression is another one, as that of an older version",
      found: changed(policy, name, withSpec({ validations: [{ expression: "true" }] })),
      problem: "PolicyAltered",
      says: "validations",
    },
    {
      because: "a variable was changed",
      found: changed(policy, name, withSpec({ variables: [] })),
      problem: "PolicyAltered",
      says: "variables",
    },
    {
      because: "a stamp writes something else",
      found: changed(
        "MutatingAdmissionPolicy",
        "stamp-releasepointers.forge.dev",
        withSpec({ mutations: [] }),
      ),
      problem: "PolicyAltered",
      says: "mutations",
    },
  ])("$problem, since $because", ({ found, problem, says }) => {
    expect(findWeakPolicies(found)).toEqual([
      { name: expect.any(String), problem, message: expect.stringContaining(says) },
    ]);
  });

  test("nothing is installed", () => {
    const findings = findWeakPolicies([]);
    expect(findings).toHaveLength(new Set(validating.map(({ metadata }) => metadata.name)).size);
    expect(new Set(findings.map(({ problem }) => problem))).toEqual(new Set(["PolicyMissing"]));
  });

  test("no field of a policy or a binding can be changed unseen, but for a further action", () => {
    const paths = (value: unknown, path: readonly string[] = []): (readonly string[])[] =>
      typeof value === "object" && value !== null
        ? Object.entries(value).flatMap(([key, inner]) => paths(inner, [...path, key]))
        : [path];
    const leaves = all.flatMap((object, index) =>
      paths(object.spec).map((path) => ({ index, path })),
    );
    fc.assert(
      fc.property(fc.constantFrom(...leaves), ({ index, path }) => {
        // One by one: policies share lists, and a clone of all would as well.
        const found = all.map((object) => structuredClone(object));
        let inner = found[index]?.spec as Record<string, unknown>;
        for (const key of path.slice(0, -1)) inner = inner[key] as Record<string, unknown>;
        inner[path.at(-1) ?? ""] = "changed";
        const [finding, ...others] = findWeakPolicies(found);
        expect(others).toEqual([]);
        expect(finding?.name).toBe(found[index]?.metadata.name);
        expect(policyProblems).toContain(finding?.problem);
      }),
      { numRuns: 300 },
    );
  });
});
