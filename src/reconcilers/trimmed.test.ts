import { describe, expect, test } from "vitest";
import type { ReleaseDeployment, ReleasePointer } from "../api/index.ts";
import { trimDeployment, trimPointer } from "./trimmed.ts";

const target = { url: "https://git.example.com/gitops.git", branch: "main", path: "{project}" };
const rules = [{ rule: "branches", passed: true, reason: "AnyBranch", message: "Every branch." }];

const pointer = (name: string) =>
  structuredClone({
    metadata: { name, namespace: "shop" },
    spec: { environment: "dev" },
    status: { decision: { allowed: true, rules }, deployment: { sequence: 1, target } },
  }) as unknown as ReleasePointer;

describe("what the caches keep", () => {
  test("a pointer says all that it said, and shares what others say too", () => {
    const [one, two] = [pointer("one"), pointer("two")];
    const [first, second] = [trimPointer(one), trimPointer(two)];
    expect([first, second]).toEqual([one, two]);
    expect(first.status?.decision?.rules[0]).toBe(second.status?.decision?.rules[0]);
    expect(first.status?.deployment?.target).toBe(second.status?.deployment?.target);
  });

  test("a pointer that was never looked at stays as it is", () => {
    const { status: _, ...fresh } = pointer("fresh");
    expect(trimPointer(fresh as ReleasePointer)).toEqual(fresh);
  });

  test("a record keeps what is decided by, and nothing of how it was decided", () => {
    const time = "2026-11-21T05:00:00Z";
    const times = { committedAt: time, countsFrom: time, endedAt: time, countsUntil: time };
    const health = { healthy: true, healthySince: time };
    const record = {
      apiVersion: "forge.dev/v1alpha1",
      kind: "ReleaseDeployment",
      metadata: { name: "a-1", namespace: "shop", uid: "u", labels: { a: "b" } },
      spec: {
        environment: "dev",
        sequence: 1,
        release: { number: 1, digest: "sha256:1" },
        request: { type: "Rollback", reason: "Logins fail" },
        decision: { allowed: true, rules },
        approvals: [{ name: "x", approver: "bob" }],
      },
      status: { outcome: "Active", ...times, health, conditions: [{}] },
    } as unknown as ReleaseDeployment;
    expect(trimDeployment(record)).toMatchObject({
      metadata: { name: "a-1", uid: "u" },
      spec: {
        sequence: 1,
        release: { number: 1, digest: "sha256:1" },
        request: { type: "Rollback" },
        decision: { rules: [] },
        approvals: [],
      },
      status: { outcome: "Active", ...times, health },
    });
    expect(JSON.stringify(trimDeployment(record))).not.toContain("conditions");
  });
});
