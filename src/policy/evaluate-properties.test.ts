import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { conditionSchema } from "../api/index.ts";
import type { Decision, PolicyInput } from "./decision.ts";
import { evaluate, rules } from "./evaluate.ts";
import { anyApproval, anyFreeze, anyGiven, anyTrigger } from "./testing/given.ts";
import { type Given, policyInput } from "./testing/policy-input.ts";
import { sayings } from "./testing/sayings.ts";

const decide = (given: Given): Decision => evaluate(policyInput(given));
const verdicts = (decision: Decision) => new Map(decision.rules.map((v) => [v.rule, v]));

describe("a decision", () => {
  test("is the same for the same question, in whatever order the facts come", () => {
    fc.assert(
      fc.property(anyGiven, (given) => {
        const { approvals = [], runs = [] } = given;
        const turned = { ...given, approvals: approvals.toReversed(), runs: runs.toReversed() };
        expect(decide(turned)).toEqual(decide(given));
      }),
    );
  });

  test("allows what every rule lets pass, and nothing else", () => {
    fc.assert(
      fc.property(anyGiven, (given) => {
        const decision = decide(given);
        expect(decision.rules.map(({ rule }) => rule)).toEqual(rules.map(({ name }) => name));
        expect(decision.allowed).toBe(decision.rules.every(({ passed }) => passed));
      }),
    );
  });

  test("has verdicts whose reasons can be those of conditions", () => {
    const reason = conditionSchema.shape.reason;
    fc.assert(
      fc.property(anyGiven, (given) => {
        const reasons = decide(given).rules.map((verdict) => verdict.reason);
        expect(reasons.filter((each) => !reason.safeParse(each).success)).toEqual([]);
      }),
    );
  });

  test("is not changed by time before changesAt, and is at changesAt", () => {
    let changing = 0;
    const later = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), {
      minLength: 3,
      maxLength: 3,
    });
    fc.assert(
      fc.property(anyGiven, later, (given, fractions) => {
        const input = policyInput(given);
        const decision = evaluate(input);
        const from = input.now.getTime();
        const at = (moment: number) => evaluate({ ...input, now: new Date(moment) });
        const end = decision.changesAt === undefined ? from + 9e10 : Date.parse(decision.changesAt);
        expect(end).toBeGreaterThan(from);
        const moments = fractions.map((part) => Math.floor(from + (end - 1 - from) * part));
        for (const moment of [...moments, end - 1]) expect(at(moment)).toEqual(decision);
        if (decision.changesAt === undefined) return;
        changing++;
        expect(at(end)).not.toEqual(decision);
      }),
      { numRuns: 400 },
    );
    expect(changing).toBeGreaterThan(100);
  });

  test("changesAt is the first moment that a verdict names", () => {
    fc.assert(
      fc.property(anyGiven, (given) => {
        const { changesAt, rules: judged } = decide(given);
        const named = judged.flatMap(({ until }) => (until === undefined ? [] : Date.parse(until)));
        expect(changesAt === undefined ? [] : [Date.parse(changesAt)]).toEqual(
          named.length === 0 ? [] : [Math.min(...named)],
        );
      }),
    );
  });
});

describe("what is added", () => {
  test("an approval never turns what is allowed into what is refused", () => {
    const consent = anyApproval.map((approval) => ({ ...approval, decision: "Approve" as const }));
    fc.assert(
      fc.property(anyGiven, consent, (given, approval) => {
        const more = { ...given, approvals: [...(given.approvals ?? []), approval] };
        expect(decide(given).allowed && !decide(more).allowed).toBe(false);
      }),
      { numRuns: 500 },
    );
  });

  test("a rejection, a lock and a freeze never turn what is refused into what is allowed", () => {
    const rejection = anyApproval.map((approval) => ({ ...approval, decision: "Reject" as const }));
    const given = fc.tuple(anyGiven, rejection, anyFreeze, fc.constant({ reason: "stop" }));
    fc.assert(
      fc.property(given, ([before, approval, freeze, lock]) => {
        const { approvals = [], policy = {}, environment = {}, pointer = {} } = before;
        const freezes = [...((policy["freezes"] as object[] | undefined) ?? []), freeze];
        const less: Given[] = [
          { ...before, approvals: [...approvals, approval] },
          { ...before, environment: { ...environment, lock } },
          { ...before, pointer: { ...pointer, lock } },
          { ...before, policy: { ...policy, freezes } },
        ];
        const { allowed } = decide(before);
        for (const after of less) expect(!allowed && decide(after).allowed).toBe(false);
      }),
    );
  });

  test("a trigger never turns what a person may deploy into what is refused", () => {
    fc.assert(
      fc.property(anyGiven, anyTrigger, (given, trigger) => {
        const { request = {}, triggers = [{ type: "Manual" }] } = given;
        const before = { ...given, triggers, request: { ...request, automatic: false } };
        const after = { ...before, triggers: [...triggers, trigger] };
        expect(decide(before).allowed && !decide(after).allowed).toBe(false);
      }),
    );
  });
});

/** What of a question each rule looks at; a change of anything else leaves its verdict alone. */
const looksAt: Readonly<Record<string, readonly (keyof Given)[]>> = {
  lock: ["environment"],
  pointerLock: ["pointer"],
  hold: ["pointer", "request"],
  order: ["request", "deployed"],
  rollback: ["request", "deployed", "runs"],
  triggers: ["policy", "request", "triggers", "sourceVerified"],
  branches: ["policy", "request", "triggers", "sourceVerified"],
  tags: ["policy", "request", "triggers", "sourceVerified"],
  verifiedSource: ["policy", "request", "triggers", "sourceVerified"],
  promotesFrom: ["policy", "request", "runs", "now"],
  approvals: ["policy", "request", "triggers", "approvals", "environment", "runs", "now"],
  freezes: ["policy", "request", "environment", "now"],
};

describe("a rule", () => {
  test("changes its verdict with what it looks at, and nothing else", () => {
    expect(Object.keys(looksAt)).toEqual(rules.map(({ name }) => name));
    const aspects = [...new Set(Object.values(looksAt).flat())];
    fc.assert(
      fc.property(anyGiven, anyGiven, fc.constantFrom(...aspects), (given, other, aspect) => {
        const { [aspect]: _, ...rest } = given;
        const changed = { ...rest, ...(aspect in other && { [aspect]: other[aspect] }) };
        const before = verdicts(decide(given));
        const after = verdicts(decide(changed));
        for (const [rule, verdict] of before) {
          const looks = looksAt[rule]?.includes(aspect);
          expect(looks ? verdict : after.get(rule)).toEqual(verdict);
        }
      }),
      { numRuns: 500 },
    );
  });

  test("that refuses stands between a refusal and its end: it alone can end it", () => {
    fc.assert(
      fc.property(anyGiven, anyGiven, (given, other) => {
        const before = decide(given);
        const after = decide({ ...given, ...other });
        if (before.allowed || !after.allowed) return;
        const then = verdicts(after);
        const refusing = before.rules.filter(({ passed }) => !passed);
        expect(refusing.filter(({ rule, reason }) => then.get(rule)?.reason === reason)).toEqual(
          [],
        );
      }),
      { numRuns: 500 },
    );
  });

  test("says in its sentence what it says in its reason, and every reason is said", () => {
    const seen = new Set<string>();
    const agrees = (input: PolicyInput) => {
      for (const { rule, passed, reason, message } of evaluate(input).rules) {
        const saying = sayings.find((known) => known.rule === rule && known.reason === reason);
        expect(saying, `${rule} ${reason}`).toBeDefined();
        expect(passed).toBe(saying?.passed);
        expect(message).toMatch(saying?.says ?? /^$/);
        const others = sayings.filter((known) => known.rule === rule && known.reason !== reason);
        expect(others.filter(({ says }) => says.test(message)).map((o) => o.reason)).toEqual([]);
        seen.add(`${rule} ${reason}`);
      }
    };
    fc.assert(
      fc.property(anyGiven, (given) => agrees(policyInput(given))),
      // Seeded, since it counts what came up.
      { numRuns: 1_000, seed: 7 },
    );
    const unnumbered = policyInput({ request: { automatic: true }, deployed: 1 });
    agrees({ ...unnumbered, release: { ...unnumbered.release, status: {} } });
    expect([...seen].toSorted()).toEqual(
      sayings.map(({ rule, reason }) => `${rule} ${reason}`).toSorted(),
    );
  });
});

const rollback = { request: { type: "Rollback" } };

test.each<Given & { rule: string }>([
  { rule: "lock", environment: { lock: { reason: "incident" } } },
  { rule: "pointerLock", pointer: { lock: { reason: "migration" } } },
  { rule: "hold", pointer: { hold: { reason: "back" } }, request: { automatic: true } },
  { rule: "order", deployed: 3, request: { automatic: true } },
  { rule: "rollback", ...rollback },
  { rule: "triggers", policy: { allowedTriggers: ["Tag"] } },
  { rule: "branches", policy: { allowedBranches: ["release/*"] } },
  { rule: "tags", policy: { allowedTags: ["v*"] } },
  { rule: "verifiedSource", policy: { requireVerifiedSource: true } },
  { rule: "promotesFrom", policy: { promotesFrom: [{ environment: "staging" }] } },
  { rule: "approvals", policy: { requiresApproval: true } },
  { rule: "freezes", policy: { freezes: [{ cron: "0 0 * * 6", duration: "24h" }] } },
])("$rule alone can refuse", ({ rule, ...given }) => {
  const refused = decide(given).rules.filter(({ passed }) => !passed);
  expect(refused.map((verdict) => verdict.rule)).toEqual([rule]);
});
