import { describe, expect, test } from "vitest";
import { evaluate, rules } from "./evaluate.ts";
import { digest, type Given, otherDigest, policyInput } from "./testing/policy-input.ts";

const tag = { type: "Tag", tag: "auth/v1.2.3" };
const push = { type: "BranchPush", branch: "main" };
const feature = { type: "BranchPush", branch: "feature/x" };
const automatic = { automatic: true };
const rollback = { type: "Rollback" };
const ranHere = { environment: "production", from: "2026-10-01T00:00:00Z" };

function verdictOf(given: Given, rule: string) {
  return evaluate(policyInput(given)).rules.find((verdict) => verdict.rule === rule);
}

describe("evaluate", () => {
  test.each<Given & { rule: string; passed: boolean; reason: string; because: string }>([
    { rule: "lock", passed: true, reason: "NotLocked", because: "there is no lock" },
    {
      rule: "lock",
      environment: { lock: { reason: "incident 7", by: "alice" } },
      passed: false,
      reason: "Locked",
      because: "a lock stops everything",
    },
    { rule: "pointerLock", passed: true, reason: "PointerNotLocked", because: "there is none" },
    {
      rule: "pointerLock",
      pointer: { lock: { reason: "migration", by: "alice" } },
      passed: false,
      reason: "PointerLocked",
      because: "a pointer's lock stops a person as well",
    },
    { rule: "hold", passed: true, reason: "NotHeld", because: "there is no hold" },
    {
      rule: "hold",
      request: automatic,
      pointer: { hold: { reason: "rolled back", by: "alice" } },
      passed: false,
      reason: "Held",
      because: "an automatic deployment passes a held pointer by",
    },
    {
      rule: "hold",
      pointer: { hold: { reason: "rolled back", by: "alice" } },
      passed: true,
      reason: "AskedFor",
      because: "a person goes past a hold",
    },
    {
      rule: "order",
      deployed: 3,
      passed: true,
      reason: "AskedFor",
      because: "a person may go back",
    },
    {
      rule: "order",
      request: automatic,
      passed: true,
      reason: "NothingDeployed",
      because: "the first release has nothing before it",
    },
    {
      rule: "order",
      request: automatic,
      deployed: 2,
      passed: true,
      reason: "NotOlder",
      because: "the same number is not lower",
    },
    {
      rule: "order",
      request: automatic,
      deployed: 3,
      passed: false,
      reason: "OlderRelease",
      because: "release 3 came in while 2 waited",
    },
    { rule: "rollback", passed: true, reason: "NotARollback", because: "it is a deployment" },
    {
      rule: "rollback",
      request: rollback,
      runs: [ranHere],
      passed: true,
      reason: "RanHere",
      because: "the image ran here in October",
    },
    {
      rule: "rollback",
      request: rollback,
      runs: [{ ...ranHere, environment: "staging" }],
      passed: false,
      reason: "NeverRanHere",
      because: "another environment is not this one",
    },
    {
      rule: "rollback",
      request: rollback,
      runs: [{ ...ranHere, digest: "sha256:other" }],
      passed: false,
      reason: "NeverRanHere",
      because: "another image of the same number is not this one",
    },
    { rule: "triggers", passed: true, reason: "AnyTrigger", because: "an empty list takes all" },
    {
      rule: "triggers",
      policy: { allowedTriggers: ["Tag"] },
      passed: false,
      reason: "TriggerNotAllowed",
      because: "a push is not a tag",
    },
    {
      rule: "triggers",
      policy: { allowedTriggers: ["Tag"] },
      triggers: [push, tag],
      passed: true,
      reason: "TriggerAllowed",
      because: "any of the release's triggers may satisfy the rule",
    },
    {
      rule: "branches",
      policy: { allowedBranches: ["main", "release/*"] },
      passed: true,
      reason: "BranchAllowed",
      because: "main is listed",
    },
    {
      rule: "branches",
      policy: { allowedBranches: ["main", "release/*"] },
      triggers: [feature],
      passed: false,
      reason: "BranchNotAllowed",
      because: "no glob matches the branch",
    },
    {
      rule: "branches",
      policy: { allowedBranches: ["main"] },
      triggers: [feature, push],
      passed: true,
      reason: "BranchAllowed",
      because: "the commit came to main later",
    },
    {
      rule: "branches",
      policy: { allowedBranches: ["main"] },
      triggers: [{ ...tag, branch: "main" }],
      passed: true,
      reason: "BranchAllowed",
      because: "a tag's branch is one that contains its commit",
    },
    {
      rule: "branches",
      policy: { allowedBranches: ["main"] },
      triggers: [{ type: "Manual" }],
      passed: false,
      reason: "BranchUnknown",
      because: "what names no branch cannot be on an allowed one",
    },
    { rule: "tags", passed: true, reason: "AnyTag", because: "an empty list takes all" },
    {
      rule: "tags",
      policy: { allowedTags: ["auth/v*"] },
      triggers: [tag],
      passed: true,
      reason: "TagAllowed",
      because: "the glob matches the tag",
    },
    {
      rule: "tags",
      policy: { allowedTags: ["v1.*"] },
      triggers: [tag],
      passed: true,
      reason: "TagAllowed",
      because: "the project's own tag counts by its alias too",
    },
    {
      rule: "tags",
      policy: { allowedTags: ["v1.*"] },
      triggers: [{ type: "Tag", tag: "billing/v1.2.3" }],
      passed: false,
      reason: "TagNotAllowed",
      because: "another project's tag has no alias here",
    },
    {
      rule: "tags",
      policy: { allowedTags: [">=1.2.0 <2"] },
      triggers: [tag],
      passed: true,
      reason: "TagAllowed",
      because: "1.2.3 is in the range",
    },
    {
      rule: "tags",
      policy: { allowedTags: [">=2"] },
      triggers: [tag],
      passed: false,
      reason: "TagNotAllowed",
      because: "1.2.3 is not in the range",
    },
    {
      rule: "tags",
      policy: { allowedTags: [">=one"] },
      triggers: [tag],
      passed: false,
      reason: "TagPatternInvalid",
      because: "a range that cannot be read is said, not overlooked",
    },
    {
      rule: "tags",
      policy: { allowedTags: ["auth/v*"] },
      passed: false,
      reason: "NoTag",
      because: "a push carries no tag",
    },
    { rule: "verifiedSource", passed: true, reason: "NotRequired", because: "nobody asks for it" },
    {
      rule: "verifiedSource",
      policy: { requireVerifiedSource: true },
      passed: false,
      reason: "SourceNotVerified",
      because: "Unknown is not True",
    },
    {
      rule: "verifiedSource",
      policy: { requireVerifiedSource: true },
      sourceVerified: "True",
      passed: true,
      reason: "SourceVerified",
      because: "forge checked it",
    },
  ])("$rule: $reason, because $because", ({ rule, passed, reason, because: _, ...given }) => {
    expect(verdictOf(given, rule)).toMatchObject({ passed, reason });
    // Each refusal above is that of one rule alone.
    expect(evaluate(policyInput(given)).allowed).toBe(passed);
  });

  test.each([
    { rule: "triggers", policy: { allowedTriggers: ["Tag"] } },
    { rule: "branches", policy: { allowedBranches: ["release/*"] } },
    { rule: "tags", policy: { allowedTags: ["v*"] } },
    { rule: "verifiedSource", policy: { requireVerifiedSource: true } },
    { rule: "promotesFrom", policy: { promotesFrom: [{ environment: "staging", soak: "24h" }] } },
  ])("a rollback is not held up by $rule", ({ rule, policy }) => {
    expect(verdictOf({ policy }, rule)).toMatchObject({ passed: false });
    expect(verdictOf({ policy, request: rollback, runs: [ranHere] }, rule)).toMatchObject({
      passed: true,
      reason: "RollbackExempt",
    });
  });

  test("a rollback to what never ran here is refused, whatever else it need not meet", () => {
    const given = { policy: { allowedBranches: ["release/*"] }, request: rollback };
    expect(evaluate(policyInput(given)).allowed).toBe(false);
  });

  test.each(["deployed", "previous"])(
    "a rollback to what was %s needs no other record",
    (field) => {
      const asked = policyInput({ request: rollback });
      const { commit } = asked.release.spec;
      const was = (digest: string) => ({
        ...asked,
        pointer: { ...asked.pointer, status: { [field]: { commit, number: 2, digest } } },
      });
      expect(evaluate(was(digest)).allowed).toBe(true);
      expect(evaluate(was(otherDigest)).allowed).toBe(false);
    },
  );

  test("a rollback to an image that nobody knows is refused", () => {
    const asked = policyInput({ request: rollback });
    const release = { ...asked.release, status: {} };
    expect(evaluate({ ...asked, release }).allowed).toBe(false);
  });

  test.each([
    { environment: { lock: { reason: "incident" } }, because: "an environment's lock" },
    { pointer: { lock: { reason: "migration" } }, because: "a pointer's lock" },
    { policy: { freezes: [{ cron: "0 18 * * 5", duration: "62h" }] }, because: "a freeze" },
    { policy: { requiresApproval: true }, because: "a missing approval" },
  ])("a rollback is held up by $because", ({ because: _, ...given }) => {
    const asked = { ...given, request: rollback, runs: [ranHere] };
    expect(evaluate(policyInput(asked)).allowed).toBe(false);
    const free = { rollback: { requiresApproval: false, duringFreeze: true } };
    const lock = given.environment ?? given.pointer;
    const freed = { ...asked, environment: { ...given.environment, ...free } };
    expect(evaluate(policyInput(freed)).allowed).toBe(lock === undefined);
  });

  test("what a rollback may do, a deployment may not", () => {
    const decision = evaluate(
      policyInput({
        policy: { requiresApproval: true, freezes: [{ cron: "0 18 * * 5", duration: "62h" }] },
        environment: { rollback: { requiresApproval: false, duringFreeze: true } },
      }),
    );
    expect(decision.rules.filter((verdict) => !verdict.passed).map(({ rule }) => rule)).toEqual([
      "approvals",
      "freezes",
    ]);
  });

  test("lists every rule, also after one refused", () => {
    const decision = evaluate(
      policyInput({
        policy: { allowedBranches: ["release/*"] },
        environment: { lock: { reason: "incident" } },
      }),
    );
    expect(decision.rules.map(({ rule }) => rule)).toEqual(rules.map(({ name }) => name));
    expect(decision.rules.filter((verdict) => !verdict.passed).map(({ rule }) => rule)).toEqual([
      "lock",
      "branches",
    ]);
  });

  test("a refusal names the environment, what it takes and what the release is", () => {
    const given = { policy: { allowedBranches: ["main", "release/*"] }, triggers: [feature] };
    expect(verdictOf(given, "branches")?.message).toBe(
      "production takes releases of main or release/*; this one comes from feature/x.",
    );
  });

  test("a verdict carries its evidence: the pattern that matched, and whose word it is", () => {
    expect(verdictOf({ policy: { allowedBranches: ["rel/*", "ma*"] } }, "branches")).toMatchObject({
      pattern: "ma*",
    });
    const lock = { reason: "incident", by: "dora" };
    expect(verdictOf({ environment: { lock } }, "lock")).toMatchObject({ by: "dora" });
    expect(verdictOf({ pointer: { lock } }, "pointerLock")).toMatchObject({ by: "dora" });
    expect(verdictOf({ pointer: { hold: lock } }, "hold")).toMatchObject({ by: "dora" });
  });

  test("what was superseded says by what", () => {
    expect(verdictOf({ request: automatic, deployed: 7 }, "order")?.message).toMatch(
      /^Release 2 is superseded by release 7, which production has;/,
    );
  });

  test("a long sentence is cut, not the decision", () => {
    const lock = { reason: "ä".repeat(1_024), by: "d".repeat(256) };
    const verdict = verdictOf({ environment: { lock } }, "lock");
    expect(Buffer.byteLength(verdict?.message ?? "")).toBeLessThanOrEqual(180);
    expect(verdict?.message).toMatch(/…$/);
    expect(verdict?.by).toHaveLength(252);
  });
});
