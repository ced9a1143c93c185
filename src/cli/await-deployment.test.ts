import { describe, expect, test } from "vitest";
import type { ReleasePointer, Verdict } from "../api/index.ts";
import { standingOf } from "./await-deployment.ts";

const digest = (letter: string) => `sha256:${letter.repeat(64)}`;
const identity = (letter: string) => ({
  commit: "c".repeat(40),
  number: 2,
  digest: digest(letter),
});

interface Given {
  readonly release?: string;
  readonly seen?: number;
  readonly deployed?: string;
  readonly ready?: readonly [status: "True" | "False", reason: string];
  readonly stalled?: boolean;
  readonly allowed?: boolean;
  readonly refusal?: string;
  readonly until?: string;
}

function pointer(given: Given): ReleasePointer {
  const { release = "2", seen = 3, deployed = "a", ready = ["True", "Committed"] } = given;
  const condition = (type: string, status: "True" | "False", reason: string) => ({
    ...{ type, status, reason, message: "said", lastTransitionTime: "2026-01-01T00:00:00Z" },
  });
  const refused: Verdict = {
    rule: "rule",
    passed: false,
    reason: given.refusal ?? "",
    message: "refused",
    ...(given.until !== undefined && { until: given.until }),
  };
  return {
    spec: { environment: "dev", repository: "r", project: "p", release, suspend: false },
    status: {
      observedGeneration: seen,
      resolved: { identifier: release, name: "r", ...identity("a") },
      deployed: identity(deployed),
      ...(given.refusal !== undefined && {
        decision: { allowed: given.allowed ?? false, rules: given.allowed ? [] : [refused] },
      }),
      conditions: [
        condition("Ready", ready[0], ready[1]),
        ...(given.stalled ? [condition("Stalled", "True", ready[1])] : []),
        ...(given.refusal !== undefined ? [condition("Allowed", "False", ready[1])] : []),
      ],
    },
  } as unknown as ReleasePointer;
}

describe("standingOf", () => {
  const rows: readonly (Given & { because: string; state: string; code?: string })[] = [
    { because: "it is committed", state: "done" },
    { because: "the controller has not seen the change", seen: 2, state: "waiting" },
    { because: "another image is there", deployed: "b", ready: ["False", "X"], state: "waiting" },
    {
      because: "somebody asked for another release",
      release: "3",
      state: "failed",
      code: "PointerChanged",
    },
    {
      because: "an approval may yet come",
      ...{ ready: ["False", "ApprovalMissing"], stalled: true, refusal: "ApprovalMissing" },
      state: "waiting",
    },
    {
      because: "a freeze passes",
      ...{ ready: ["False", "Frozen"], stalled: true, refusal: "Frozen", until: "2026-01-02" },
      state: "waiting",
    },
    {
      because: "a branch is never let in",
      ...{ ready: ["False", "BranchNotAllowed"], stalled: true, refusal: "BranchNotAllowed" },
      state: "failed",
      code: "DeploymentRefused",
    },
    {
      because: "a rejection stands until somebody revokes it",
      ...{ ready: ["False", "Rejected"], stalled: true, refusal: "Rejected", until: "2026-01-02" },
      state: "failed",
      code: "DeploymentRefused",
    },
    {
      because: "it was let in a moment ago, and the conditions are those of before",
      ...{ ready: ["False", "ApprovalMissing"], stalled: true, refusal: "", allowed: true },
      state: "waiting",
    },
    {
      because: "git cannot be written",
      ...{ ready: ["False", "PointerPathInvalid"], stalled: true },
      state: "failed",
      code: "DeploymentFailed",
    },
  ];

  test.each(rows)("$state, because $because", ({ state, code, ...given }) => {
    const standing = standingOf(pointer(given), { release: "2", generation: 3 });
    expect(standing.state).toBe(state);
    expect(standing.state === "failed" ? standing.error.code : undefined).toBe(code);
  });

  test("a pointer that is gone is not waited for", () => {
    const standing = standingOf(undefined, { release: "2", generation: 3 });
    expect(standing.state).toBe("failed");
  });
});
