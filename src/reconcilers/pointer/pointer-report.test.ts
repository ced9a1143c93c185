import { describe, expect, test } from "vitest";
import { ForgeError, type ReleasePointer, type Verdict } from "../../api/index.ts";
import type { Decision } from "../../policy/index.ts";
import {
  allowedCondition,
  needsMending,
  refusal,
  suspension,
  waitsForWatch,
} from "./pointer-report.ts";

const now = new Date("2026-11-21T12:00:00Z");
const hour = 3_600_000;

const verdict = (rule: string, passed: boolean): Verdict => ({
  rule,
  passed,
  reason: passed ? "Passed" : `${rule}Refuses`,
  message: `${rule} ${passed ? "passes" : "refuses"}.`,
});
const decision = (rules: Verdict[], changesAt?: string): Decision => ({
  allowed: rules.every(({ passed }) => passed),
  rules,
  approvals: [],
  ...(changesAt !== undefined && { changesAt }),
});
const refused = [verdict("Lock", true), verdict("Tags", false), verdict("Approvals", false)];

describe("a refusal", () => {
  test.each([
    {
      because: "only a person can change it",
      changesAt: undefined,
      report: { readiness: "stalled", outcome: { type: "stall" } },
    },
    {
      because: "time alone changes it in an hour",
      changesAt: "2026-11-21T13:00:00Z",
      report: { readiness: "retrying", outcome: { type: "requeue", afterMs: hour } },
    },
    {
      because: "no timer runs for longer than a day",
      changesAt: "2027-11-21T12:00:00Z",
      report: { readiness: "retrying", outcome: { type: "requeue", afterMs: 24 * hour } },
    },
    {
      because: "the moment is past, and a requeue still takes time",
      changesAt: "2026-11-21T11:00:00Z",
      report: { readiness: "retrying", outcome: { type: "requeue", afterMs: 1 } },
    },
  ])("is $report.readiness, because $because", ({ changesAt, report }) => {
    expect(refusal(decision(refused, changesAt), now)).toMatchObject(report);
  });

  test("has the reason of the first rule that refuses, and the sentences of all", () => {
    expect(refusal(decision(refused), now)).toMatchObject({
      reason: "TagsRefuses",
      message: "Tags refuses. Approvals refuses.",
    });
  });
});

describe("the condition Allowed", () => {
  test.each([
    { rules: [verdict("Lock", true)], expected: { status: "True", reason: "Allowed" } },
    { rules: refused, expected: { status: "False", reason: "TagsRefuses" } },
  ])("is $expected.status by the decision", ({ rules, expected }) => {
    expect(allowedCondition(decision(rules), now)).toMatchObject({ type: "Allowed", ...expected });
  });
});

describe("a suspended pointer", () => {
  const digest = `sha256:${"a".repeat(64)}`;
  const pointer = (deployed: string | undefined) =>
    ({
      spec: { release: "7" },
      status: {
        resolved: { identifier: "7", digest },
        ...(deployed !== undefined && { deployed: { number: 7, digest: deployed } }),
      },
    }) as unknown as ReleasePointer;

  test.each([
    { because: "what it asks for is deployed", deployed: digest, readiness: "ready" },
    { because: "nothing was deployed yet", deployed: undefined, readiness: "stalled" },
    {
      because: "another release is deployed",
      deployed: `sha256:${"b".repeat(64)}`,
      readiness: "stalled",
    },
  ])("is $readiness, because $because", ({ deployed, readiness }) => {
    expect(suspension(pointer(deployed))).toMatchObject({ readiness, reason: "Suspended" });
  });
});

describe("an error", () => {
  test.each([
    {
      code: "ReleaseNotReady",
      waits: true,
      mends: false,
      because: "the watch reports the release",
    },
    { code: "ReleaseNotFound", waits: true, mends: true, because: "somebody has to create it" },
    { code: "GitUnreachable", waits: false, mends: false, because: "a server comes back" },
    { code: "GitRejected", waits: false, mends: true, because: "a hook does not change by itself" },
  ] as const)("$code: wait $waits, mend $mends: $because", ({ code, waits, mends }) => {
    const error = new ForgeError(code, "x");
    expect({ waits: waitsForWatch(error), mends: needsMending(error) }).toEqual({ waits, mends });
  });

  test("that is not forge's own is neither waited for nor recorded as a failure", () => {
    const error = new TypeError("x is undefined");
    expect([waitsForWatch(error), needsMending(error)]).toEqual([false, false]);
  });
});
