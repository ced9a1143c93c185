import { describe, expect, test } from "vitest";
import { identityPolicies, type PolicyObject, verbPolicies } from "../../api/index.ts";
import { policyFindings } from "./policies.ts";

const shipped = [...verbPolicies, ...identityPolicies] as PolicyObject[];

function backend(found: readonly PolicyObject[] | undefined, status?: string) {
  const conditions = status && [{ type: "PoliciesEnforced", status, message: "as it is" }];
  return {
    policies: async () => found,
    list: async () => [{ status: { conditions } }],
  } as unknown as Parameters<typeof policyFindings>[0];
}

describe("forge check of the admission policies", () => {
  test.each([
    { because: "all are as shipped", given: backend(shipped), ok: [true], says: "unchanged" },
    {
      because: "one is gone",
      given: backend(shipped.filter(({ metadata }) => metadata.name !== "deploy.forge.dev")),
      ok: [false],
      says: "deploy.forge.dev is not installed",
    },
    {
      because: "the caller may not list them, and the controller does",
      given: backend(undefined, "False"),
      ok: [false],
      says: "as it is",
    },
    {
      because: "the controller knows no more",
      given: backend(undefined, "Unknown"),
      ok: [undefined],
      says: "as it is",
    },
    { because: "nobody knows", given: backend(undefined), ok: [undefined], says: "not tried" },
  ])("$ok, since $because", async ({ given, ok, says }) => {
    const findings = await policyFindings(given);
    expect(findings.map((finding) => finding.ok)).toEqual(ok);
    expect(findings[0]?.message).toContain(says);
  });
});
