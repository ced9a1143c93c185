import { describe, expect, test } from "vitest";
import { type Given, type GivenRun, policyInput, untilOf } from "../testing/policy-input.ts";
import { promotesFrom } from "./promotes-from.ts";

const judge = (given: Given) => promotesFrom.judge(policyInput(given));
const staging = { environment: "staging" };
const day = { ...staging, soak: "24h" };
const canary = { environment: "canary", soak: "1h" };

describe("promotesFrom", () => {
  test.each<{
    because: string;
    from?: readonly object[];
    match?: "All" | "Any";
    runs: readonly GivenRun[];
    reason: string;
    until?: string;
  }>([
    { because: "no environment comes first", from: [], runs: [], reason: "NoneBefore" },
    { because: "it never ran there", runs: [], reason: "NotRunBefore" },
    {
      because: "it runs there",
      runs: [{ from: "2026-11-21T11:59:59Z" }],
      reason: "RanBefore",
    },
    {
      because: "it ran there once",
      runs: [{ from: "2026-10-01T00:00:00Z", until: "2026-10-01T00:00:01Z" }],
      reason: "RanBefore",
    },
    {
      because: "another image ran there",
      runs: [{ from: "2026-10-01T00:00:00Z", digest: "sha256:other" }],
      reason: "NotRunBefore",
    },
    {
      because: "it ran elsewhere",
      runs: [{ from: "2026-10-01T00:00:00Z", environment: "dev" }],
      reason: "NotRunBefore",
    },
    {
      because: "it is not healthy there",
      runs: [{ from: "2026-10-01T00:00:00Z", healthySince: null }],
      reason: "NotSoaked",
    },
    {
      because: "a day is over this very moment",
      from: [day],
      runs: [{ from: "2026-11-20T12:00:00Z" }],
      reason: "RanBefore",
    },
    {
      because: "a day is over in a moment",
      from: [day],
      runs: [{ from: "2026-11-20T12:00:00.001Z" }],
      reason: "Soaking",
      until: "2026-11-21T12:00:00.001Z",
    },
    {
      because: "a day counts from when it was healthy",
      from: [day],
      runs: [{ from: "2026-11-01T00:00:00Z", healthySince: "2026-11-21T06:00:00Z" }],
      reason: "Soaking",
      until: "2026-11-22T06:00:00Z",
    },
    {
      because: "a health that is older than the run counts from the run",
      from: [day],
      runs: [{ from: "2026-11-21T06:00:00Z", healthySince: "2026-11-01T00:00:00Z" }],
      reason: "Soaking",
      until: "2026-11-22T06:00:00Z",
    },
    {
      because: "it ended too soon",
      from: [day],
      runs: [{ from: "2026-11-01T00:00:00Z", until: "2026-11-01T23:59:59Z" }],
      reason: "NotSoaked",
    },
    {
      because: "it ended in time",
      from: [day],
      runs: [{ from: "2026-11-01T00:00:00Z", until: "2026-11-02T00:00:00Z" }],
      reason: "RanBefore",
    },
    {
      because: "two stretches do not add up",
      from: [day],
      runs: [
        { from: "2026-11-01T00:00:00Z", until: "2026-11-01T20:00:00Z" },
        { from: "2026-11-02T00:00:00Z", until: "2026-11-02T20:00:00Z" },
      ],
      reason: "NotSoaked",
    },
    {
      because: "of two stretches one will do",
      from: [day],
      runs: [
        { from: "2026-11-01T00:00:00Z", until: "2026-11-01T20:00:00Z" },
        { from: "2026-11-21T10:00:00Z" },
      ],
      reason: "Soaking",
      until: "2026-11-22T10:00:00Z",
    },
    {
      because: "all are asked for, and one is missing",
      from: [staging, canary],
      runs: [{ from: "2026-11-01T00:00:00Z" }],
      reason: "NotRunBefore",
    },
    {
      because: "all are asked for, and one soaks while the other is missing",
      from: [day, canary],
      runs: [{ from: "2026-11-21T00:00:00Z" }],
      reason: "NotRunBefore",
      until: "2026-11-22T00:00:00Z",
    },
    {
      because: "all are asked for, and both soak",
      from: [day, canary],
      runs: [
        { from: "2026-11-21T00:00:00Z" },
        { from: "2026-11-21T11:30:00Z", environment: "canary" },
      ],
      reason: "Soaking",
      until: "2026-11-21T12:30:00Z",
    },
    {
      because: "any will do, and one did",
      from: [staging, canary],
      match: "Any",
      runs: [{ from: "2026-11-01T00:00:00Z", environment: "canary" }],
      reason: "RanBefore",
    },
    {
      because: "any will do, and one soaks",
      from: [staging, canary],
      match: "Any",
      runs: [{ from: "2026-11-21T11:30:00Z", environment: "canary" }],
      reason: "Soaking",
      until: "2026-11-21T12:30:00Z",
    },
    {
      because: "any will do, and none did",
      from: [staging, canary],
      match: "Any",
      runs: [],
      reason: "NotRunBefore",
    },
    {
      because: "any will do, and one ran, too short",
      from: [staging, canary],
      match: "Any",
      runs: [
        {
          from: "2026-11-21T01:00:00Z",
          until: "2026-11-21T01:30:00Z",
          environment: "canary",
        },
      ],
      reason: "NotSoaked",
    },
  ])("$reason, because $because", ({ from = [staging], match = "All", runs, reason, until }) => {
    const verdict = judge({ policy: { promotesFrom: from, promotesFromMatch: match }, runs });
    expect(verdict).toMatchObject({ reason, passed: ["NoneBefore", "RanBefore"].includes(reason) });
    expect(untilOf(verdict)).toBe(until);
  });

  test("all are asked for unless the environment says otherwise", () => {
    const runs = [{ from: "2026-11-01T00:00:00Z" }];
    expect(judge({ policy: { promotesFrom: [staging, canary] }, runs })).toMatchObject({
      passed: false,
    });
  });

  test("says what is asked for, what is missing, and when it will be there", () => {
    const policy = { promotesFrom: [day, canary] };
    expect(judge({ policy }).message).toBe(
      "production takes what ran in staging for 24h and canary for 1h; this image never ran in staging and canary.",
    );
    const runs = [
      { from: "2026-11-21T00:00:00Z" },
      { from: "2026-11-21T11:30:00Z", environment: "canary" },
    ];
    expect(judge({ policy, runs }).message).toBe(
      "production takes what ran in staging for 24h and canary for 1h; this image will have by 2026-11-22T00:00:00Z.",
    );
    expect(judge({ policy, runs, now: "2026-12-01T00:00:00Z" }).message).toBe(
      "The image has run in staging for 24h and canary for 1h.",
    );
  });

  test("of several that any of would do it names the one that was first, and goes on to", () => {
    const policy = { promotesFrom: [staging, canary], promotesFromMatch: "Any" };
    const runs = [
      { from: "2026-11-21T11:00:00Z" },
      { from: "2026-11-20T00:00:00Z", environment: "canary" },
    ];
    expect(judge({ policy, runs }).message).toBe("The image has run in canary for 1h.");
    const later = [runs[0], { ...runs[1], from: "2026-11-21T10:30:00Z" }] as typeof runs;
    expect(judge({ policy, runs: later }).message).toBe("The image has run in staging.");
  });

  test("an image that nobody knows ran nowhere", () => {
    const input = policyInput({
      policy: { promotesFrom: [staging] },
      runs: [{ from: "2026-11-01T00:00:00Z" }],
    });
    const { image: _, ...status } = input.release.status ?? {};
    const verdict = promotesFrom.judge({ ...input, release: { ...input.release, status } });
    expect(verdict).toMatchObject({ reason: "NotRunBefore" });
  });

  test("a soak time of ages is never over, and still has a date", () => {
    const policy = { promotesFrom: [{ ...staging, soak: `${"9".repeat(31)}h` }] };
    const runs = [{ from: "2026-11-01T00:00:00Z" }];
    const verdict = judge({ policy, runs, now: "2080-01-01T00:00:00Z" });
    expect(verdict.reason).toBe("Soaking");
    expect(untilOf(verdict)).toBe("2126-10-08T00:00:00Z");
  });
});
