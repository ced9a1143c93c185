import { describe, expect, test } from "vitest";
import { decisionStatus } from "./decision-status.ts";
import { evaluate, rules } from "./evaluate.ts";
import { policyInput } from "./testing/policy-input.ts";

const sizeOf = (value: object) => Buffer.byteLength(JSON.stringify(value));

/** Every rule refuses but one, each with evidence, all as long as it may be. */
const longest = {
  allowed: false,
  changesAt: "2026-11-21T12:00:00.001Z",
  approvals: [{ name: "ok", approver: "bob" }],
  rules: rules.map(({ name }, index) => ({
    rule: name,
    passed: index === 0,
    reason: "R".repeat(20),
    message: "ä".repeat(90),
    pattern: "€".repeat(256),
    by: "ä".repeat(127),
    until: "2026-11-21T12:00:00.001Z",
  })),
};

describe("decisionStatus", () => {
  test("keeps what fits as it is, but for the approvals, which the record has", () => {
    const decision = evaluate(policyInput({ policy: { requiresApproval: true } }));
    const { approvals: _, ...rest } = decision;
    expect(decisionStatus(decision)).toEqual(rest);
  });

  test.each([8_000, 4_096, 3_000, 2_000, 1_600])("fits into %i bytes", (maximum) => {
    const status = decisionStatus(longest, maximum);
    expect(sizeOf(status)).toBeLessThanOrEqual(maximum);
    expect(status.rules.map(({ rule, passed, reason }) => ({ rule, passed, reason }))).toEqual(
      longest.rules.map(({ rule, passed, reason }) => ({ rule, passed, reason })),
    );
    expect(status.changesAt).toBe(longest.changesAt);
  });

  test("cuts what passed before what is refused", () => {
    const decision = evaluate(policyInput({ policy: { allowedBranches: ["release/*"] } }));
    const status = decisionStatus(decision, sizeOf(decision) - 200);
    expect(status.rules.filter(({ message }) => message === "")).not.toHaveLength(0);
    expect(status.rules.filter(({ passed }) => !passed)).toEqual(
      decision.rules.filter(({ passed }) => !passed),
    );
  });
});
