import { describe, expect, test } from "vitest";
import { type Condition, type Readiness, setCondition, setReadiness } from "./conditions.ts";

const first = new Date("2026-01-01T10:00:00.987Z");
const later = new Date("2026-01-01T11:00:00Z");
const base = { type: "Ready", status: "False", reason: "Waiting", message: "m" } as const;
const of = (conditions: readonly Condition[], type: string) =>
  conditions.find((condition) => condition.type === type);

describe("setCondition", () => {
  const start = setCondition([], { ...base, observedGeneration: 1 }, first);

  test.each([
    { because: "a new status is a transition", change: { status: "True" as const }, time: later },
    { because: "a new reason is none", change: { reason: "Other" }, time: first },
    { because: "a new message is none", change: { message: "n" }, time: first },
    { because: "a new generation is none", change: { observedGeneration: 2 }, time: first },
  ])("$because", ({ change, time }) => {
    const next = setCondition(start, { ...base, observedGeneration: 1, ...change }, later);
    expect(next).toHaveLength(1);
    expect(next[0]).toMatchObject(change);
    expect(next[0]?.lastTransitionTime).toBe(time.toISOString().replace(/\.\d+/, ""));
  });

  test("what is the same already answers with the same list", () => {
    expect(setCondition(start, { ...base, observedGeneration: 1 }, later)).toBe(start);
  });

  test("other conditions, and their order, stay", () => {
    const two = setCondition(start, { ...base, type: "Resolved" }, first);
    const next = setCondition(two, { ...base, status: "True" }, later);
    expect(next.map((condition) => condition.type)).toEqual(["Ready", "Resolved"]);
    expect(next[1]).toBe(two[1]);
  });

  test("a long message is cut with a mark, and the same next time", () => {
    const long = { ...base, message: "é".repeat(2_000) };
    const cut = setCondition([], long, first);
    expect(Buffer.byteLength(cut[0]?.message ?? "")).toBeLessThanOrEqual(1_024);
    expect(cut[0]?.message).toMatch(/…$/);
    expect(setCondition(cut, long, later)).toBe(cut);
  });
});

describe("setReadiness", () => {
  const why = { reason: "R", message: "m", observedGeneration: 3 };

  test.each<[Readiness, string, boolean, boolean]>([
    ["ready", "True", false, false],
    ["progressing", "Unknown", true, false],
    ["retrying", "False", true, false],
    ["stalled", "False", false, true],
  ])("%s: Ready is %s, Reconciling %s, Stalled %s", (readiness, ready, reconciling, stalled) => {
    for (const before of ["ready", "retrying", "stalled"] as const) {
      const conditions = setReadiness(setReadiness([], before, why, first), readiness, why, later);
      expect(of(conditions, "Ready")?.status).toBe(ready);
      expect(of(conditions, "Reconciling")?.status).toBe(reconciling ? "True" : undefined);
      expect(of(conditions, "Stalled")?.status).toBe(stalled ? "True" : undefined);
      expect(setReadiness(conditions, readiness, why, later)).toBe(conditions);
    }
  });
});
