import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { environmentKind, parseSpec, releaseKind, releasePointerKind } from "../api/index.ts";
import type { PolicyInput } from "./decision.ts";
import { evaluate, rules } from "./evaluate.ts";

interface Case {
  readonly policy?: Record<string, unknown>;
  readonly lock?: { reason: string; by?: string };
  readonly triggers?: readonly Record<string, unknown>[];
  readonly sourceVerified?: "True" | "False" | "Unknown";
}

function metadata(name: string) {
  return {
    name,
    namespace: "team",
    uid: name,
    resourceVersion: "1",
    generation: 1,
    creationTimestamp: "2026-01-01T00:00:00Z",
  };
}

function input(given: Case): PolicyInput {
  const triggers = given.triggers ?? [{ type: "BranchPush", branch: "main" }];
  const release = parseSpec(releaseKind, {
    repository: "company/monorepo",
    project: "auth",
    commit: "a".repeat(40),
    trigger: triggers[0],
    source: { manifests: "x" },
  });
  return {
    environment: {
      metadata: metadata("production"),
      spec: parseSpec(environmentKind, {
        promotionPolicy: given.policy ?? {},
        gitOps: { url: "https://git.example.com/gitops.git" },
        ...(given.lock && { lock: given.lock }),
      }),
    },
    release: {
      metadata: metadata("auth"),
      spec: release,
      status: {
        triggers: triggers as never,
        conditions: [
          {
            type: "SourceVerified",
            status: given.sourceVerified ?? "Unknown",
            lastTransitionTime: "2026-01-01T00:00:00Z",
            reason: "NotChecked",
            message: "",
          },
        ],
      },
    },
    pointer: {
      spec: parseSpec(releasePointerKind, {
        environment: "production",
        repository: "company/monorepo",
        project: "auth",
        release: "1",
      }),
    },
    approvals: [],
    runs: [],
    now: new Date("2026-11-21T12:00:00Z"),
  };
}

const tag = { type: "Tag", tag: "auth/v1.2.3" };
const push = { type: "BranchPush", branch: "main" };
const feature = { type: "BranchPush", branch: "feature/x" };

describe("evaluate", () => {
  test.each<Case & { rule: string; passed: boolean; reason: string; because: string }>([
    { rule: "lock", passed: true, reason: "NotLocked", because: "there is no lock" },
    {
      rule: "lock",
      lock: { reason: "incident 7", by: "alice" },
      passed: false,
      reason: "Locked",
      because: "a lock stops everything",
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
      triggers: [{ type: "Manual" }],
      passed: false,
      reason: "BranchUnknown",
      because: "what names no branch cannot be on an allowed one",
    },
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
      policy: { allowedTags: ["auth/v2*"] },
      triggers: [tag],
      passed: false,
      reason: "TagNotAllowed",
      because: "no glob matches the tag",
    },
    {
      rule: "tags",
      policy: { allowedTags: ["auth/v*"] },
      passed: false,
      reason: "NoTag",
      because: "a push carries no tag",
    },
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
    const decision = evaluate(input(given));
    expect(decision.rules.find((verdict) => verdict.rule === rule)).toMatchObject({
      passed,
      reason,
    });
    // Each refusal above is that of one rule alone.
    expect(decision.allowed).toBe(passed);
  });

  test("lists every rule, also after one refused", () => {
    const decision = evaluate(
      input({ policy: { allowedBranches: ["release/*"] }, lock: { reason: "freeze" } }),
    );
    expect(decision.rules.map(({ rule }) => rule)).toEqual(rules.map(({ name }) => name));
    expect(decision.rules.filter((verdict) => !verdict.passed).map(({ rule }) => rule)).toEqual([
      "lock",
      "branches",
    ]);
  });

  test("a refusal names the environment, what it takes and what the release is", () => {
    const decision = evaluate(
      input({ policy: { allowedBranches: ["main", "release/*"] }, triggers: [feature] }),
    );
    expect(decision.rules.find(({ rule }) => rule === "branches")?.message).toBe(
      "production takes releases of main or release/*; this one comes from feature/x.",
    );
  });

  test("an added trigger never turns an allowed release into a refused one", () => {
    const anyTrigger = fc.constantFrom(tag, push, feature, { type: "Manual" });
    const anyPolicy = fc.record({
      allowedTriggers: fc.uniqueArray(fc.constantFrom("Tag", "BranchPush", "Manual")),
      allowedBranches: fc.uniqueArray(fc.constantFrom("main", "feature/*", "**")),
      allowedTags: fc.uniqueArray(fc.constantFrom("auth/*", "v*")),
    });
    fc.assert(
      fc.property(
        anyPolicy,
        fc.array(anyTrigger, { minLength: 1 }),
        anyTrigger,
        (policy, triggers, added) => {
          const before = evaluate(input({ policy, triggers })).allowed;
          const after = evaluate(input({ policy, triggers: [...triggers, added] })).allowed;
          expect(before && !after).toBe(false);
        },
      ),
    );
  });
});
