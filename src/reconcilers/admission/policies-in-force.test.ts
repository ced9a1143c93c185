import { describe, expect, test } from "vitest";
import {
  identityPolicies,
  type PolicyObject,
  policyResources,
  stampingPolicies,
  verbPolicies,
} from "../../api/index.ts";
import { type PolicyCollection, watchPolicies } from "./policies-in-force.ts";

const shipped = [...verbPolicies, ...identityPolicies, ...stampingPolicies] as PolicyObject[];

type Denied = PolicyCollection["denied"];

/** The four collections, with the objects that they hold and why one of them is not read. */
function collections(
  objects: readonly PolicyObject[],
  denied: Readonly<Record<string, Denied>> = {},
): PolicyCollection[] {
  return policyResources.map((resource) => ({
    resource,
    denied: denied[resource.kind],
    cache: {
      list: () =>
        denied[resource.kind] === undefined
          ? objects.filter(({ kind }) => kind === resource.kind)
          : [],
    },
  }));
}

const validating = "ValidatingAdmissionPolicy";
const mutating = { MutatingAdmissionPolicy: "absent", MutatingAdmissionPolicyBinding: "absent" };

describe("the condition PoliciesEnforced", () => {
  test.each<{ because: string; given: PolicyCollection[]; status: string; reason: string }>([
    { because: "all are there", given: collections(shipped), status: "True", reason: "Enforced" },
    {
      because: "the server has no mutating policies",
      given: collections(shipped, mutating as Record<string, Denied>),
      status: "True",
      reason: "Enforced",
    },
    {
      because: "one is gone",
      given: collections(shipped.slice(1)),
      status: "False",
      reason: "PolicyMissing",
    },
    {
      because: "they may not be read",
      given: collections(shipped, { [validating]: "forbidden" }),
      status: "Unknown",
      reason: "PoliciesUnreadable",
    },
    {
      because: "a right to read stamps is missing, which could be altered",
      given: collections(shipped, { MutatingAdmissionPolicy: "forbidden" }),
      status: "Unknown",
      reason: "PoliciesUnreadable",
    },
    {
      because: "a server without validating policies says nothing of them",
      given: collections(shipped, { [validating]: "absent" }),
      status: "Unknown",
      reason: "PoliciesUnreadable",
    },
  ])("$status, since $because", ({ given, status, reason }) => {
    expect(watchPolicies(given)()).toMatchObject({ type: "PoliciesEnforced", status, reason });
  });

  test("follows the caches, and compares no policy again that has not changed", () => {
    let specsRead = 0;
    const watched = shipped.map((object) => ({
      ...object,
      get spec() {
        specsRead += 1;
        return object.spec;
      },
    }));
    const objects = [...watched];
    const state = watchPolicies(collections(objects));
    expect(state()).toMatchObject({ status: "True" });
    const once = specsRead;
    expect(once).toBeGreaterThan(0);
    expect(state()).toMatchObject({ status: "True" });
    expect(specsRead).toBe(once);
    const [first] = objects.splice(0, 1);
    expect(state()).toMatchObject({ status: "False", reason: "PolicyMissing" });
    objects.unshift({ ...first, spec: {} } as (typeof objects)[number]);
    expect(state()).toMatchObject({ status: "False", reason: "PolicyFailsOpen" });
  });

  test("names some of many, and how many more", () => {
    const { message } = watchPolicies(collections([]))();
    expect(message).toMatch(/deploy\.forge\.dev is not installed.*and \d more\.$/);
    expect(message.length).toBeLessThan(512);
  });
});
