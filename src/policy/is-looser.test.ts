import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { environmentKind, parseSpec } from "../api/index.ts";
import { rulesOf } from "./bound-approval.ts";
import { evaluate } from "./evaluate.ts";
import { isLooser } from "./is-looser.ts";
import { anyGiven } from "./testing/given.ts";
import { policyInput } from "./testing/policy-input.ts";

interface Given {
  readonly policy?: object;
  readonly rollback?: object;
  readonly projects?: object;
}

function rules({ policy = {}, ...spec }: Given) {
  const gitOps = { url: "https://git.example.com/gitops.git" };
  return rulesOf({
    spec: parseSpec(environmentKind, { gitOps, promotionPolicy: policy, ...spec }),
  });
}

const policy = (fields: object): Given => ({ policy: fields });
const approving = (approvals: object = {}) => policy({ requiresApproval: true, approvals });
const from = (...promotesFrom: readonly object[]) => policy({ promotesFrom });
const anyOf = (...promotesFrom: readonly object[]) =>
  policy({ promotesFrom, promotesFromMatch: "Any" });
const staging = { environment: "staging", soak: "24h" };
const canary = { environment: "canary", soak: "1h" };
const friday = { cron: "0 18 * * 5", duration: "62h" };

describe("an Environment is looser", () => {
  test.each<{ because: string; before: Given; now: Given }>([
    {
      because: "sources need not be verified",
      before: policy({ requireVerifiedSource: true }),
      now: {},
    },
    { because: "more triggers", before: policy({ allowedTriggers: ["Tag"] }), now: {} },
    {
      because: "another branch",
      before: policy({ allowedBranches: ["main"] }),
      now: policy({ allowedBranches: ["main", "dev"] }),
    },
    {
      because: "globs are not compared",
      before: policy({ allowedBranches: ["**"] }),
      now: policy({ allowedBranches: ["main"] }),
    },
    { because: "every tag", before: policy({ allowedTags: ["v1.*"] }), now: {} },
    { because: "nobody has to ask", before: {}, now: policy({ autoDeploy: true }) },
    { because: "no approval", before: approving(), now: {} },
    { because: "fewer approvals", before: approving({ required: 2 }), now: approving() },
    {
      because: "approvals that never expire",
      before: approving({ expireAfter: "72h" }),
      now: approving(),
    },
    {
      because: "approvals of one's own",
      before: approving(),
      now: approving({ allowSelfApproval: true }),
    },
    { because: "nothing comes first", before: from(staging), now: {} },
    { because: "one of two comes first", before: from(staging, canary), now: from(staging) },
    { because: "any of two", before: from(staging, canary), now: anyOf(staging, canary) },
    {
      because: "a shorter soak",
      before: from(staging),
      now: from({ ...staging, soak: "23h" }),
    },
    { because: "another way in", before: anyOf(staging), now: anyOf(staging, canary) },
    { because: "a freeze is gone", before: policy({ freezes: [friday] }), now: {} },
    {
      because: "a freeze is shorter",
      before: policy({ freezes: [friday] }),
      now: policy({ freezes: [{ ...friday, duration: "61h" }] }),
    },
    {
      because: "the same hours in another zone are not compared",
      before: policy({ freezes: [friday] }),
      now: policy({ freezes: [{ ...friday, timeZone: "Europe/Berlin" }] }),
    },
    {
      because: "rollbacks without approval",
      before: {},
      now: { rollback: { requiresApproval: false } },
    },
    {
      because: "rollbacks through a freeze",
      before: {},
      now: { rollback: { duringFreeze: true } },
    },
    {
      because: "more projects go by themselves",
      before: { ...policy({ autoDeploy: true }), projects: { include: ["a/*"] } },
      now: policy({ autoDeploy: true }),
    },
    {
      because: "projects without the label go by themselves",
      before: { ...policy({ autoDeploy: true }), projects: { matchLabels: { tier: "1" } } },
      now: { ...policy({ autoDeploy: true }), projects: { matchLabels: {} } },
    },
  ])("$because", ({ before, now }) => {
    expect(isLooser(rules(before), rules(now))).toBe(true);
  });
});

describe("an Environment is no looser", () => {
  test.each<{ because: string; before: Given; now: Given }>([
    {
      because: "nothing changed",
      before: approving({ required: 2 }),
      now: approving({ required: 2 }),
    },
    {
      because: "approval is required now",
      before: {},
      now: approving({ allowSelfApproval: true }),
    },
    { because: "two must approve now", before: approving(), now: approving({ required: 2 }) },
    {
      because: "approvals expire sooner",
      before: approving({ expireAfter: "72h" }),
      now: approving({ expireAfter: "48h" }),
    },
    {
      because: "one branch of two is left",
      before: policy({ allowedBranches: ["main", "dev"] }),
      now: policy({ allowedBranches: ["main"] }),
    },
    { because: "another one comes first too", before: from(staging), now: from(staging, canary) },
    { because: "all of any", before: anyOf(staging, canary), now: from(staging, canary) },
    { because: "one way in of two", before: anyOf(staging, canary), now: anyOf(canary) },
    { because: "a longer soak", before: from(canary), now: from({ ...canary, soak: "2h" }) },
    {
      because: "a further freeze",
      before: policy({ freezes: [friday] }),
      now: policy({
        freezes: [
          { ...friday, duration: "63h" },
          { cron: "0 0 24 12 *", duration: "72h" },
        ],
      }),
    },
    {
      because: "projects do not matter where nothing goes by itself",
      before: { projects: { include: ["a/*"] } },
      now: {},
    },
    {
      because: "the same in other words of time",
      before: from({ ...staging, soak: "1h" }),
      now: from({ ...staging, soak: "60m" }),
    },
  ])("$because", ({ before, now }) => {
    expect(isLooser(rules(before), rules(now))).toBe(false);
  });
});

describe("rules in general", () => {
  test("are never looser than themselves", () => {
    fc.assert(
      fc.property(anyGiven, (given) => {
        const own = rulesOf(policyInput(given).environment);
        expect(isLooser(own, structuredClone(own))).toBe(false);
      }),
    );
  });

  test("that are no looser let in nothing that was kept out", () => {
    fc.assert(
      fc.property(anyGiven, anyGiven, ({ approvals = [], ...rest }, other) => {
        // Hardly any two separate questions are comparable: these differ in one field at most.
        const [field] = Object.keys(other.policy ?? {});
        const near = field === undefined ? {} : { [field]: other.policy?.[field] };
        // Each approval is bound to the rules that it is judged by.
        const unbound = approvals.map(({ bound: _, generation: __, ...approval }) => approval);
        const given = { ...rest, approvals: unbound };
        const then = policyInput(given);
        const now = policyInput({
          ...given,
          policy: { ...given.policy, ...near },
          ...(field === undefined && other.environment && { environment: other.environment }),
        });
        if (isLooser(rulesOf(then.environment), rulesOf(now.environment))) return;
        const [before, after] = [evaluate(then), evaluate(now)];
        for (const [index, { rule, passed }] of after.rules.entries()) {
          // A lock is no rule of entry: whoever approves may well wait for its end.
          if (rule === "lock" || !passed) continue;
          expect(before.rules[index]).toMatchObject({ rule, passed: true });
        }
      }),
      { numRuns: 300 },
    );
  });
});
