import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ReleaseDeployment } from "../api/index.ts";
import { replacedAt, runStart } from "./run-bounds.ts";
import { runsOf } from "./runs.ts";

const now = new Date("2026-11-21T12:00:00Z");
const at = (hours: number) => new Date(now.getTime() + hours * 3_600_000).toISOString();

interface Given {
  readonly committedAt?: string;
  readonly countsFrom?: string;
  readonly created?: string;
}

const record = ({ created = at(-9), ...status }: Given) => ({
  metadata: { creationTimestamp: created } as ReleaseDeployment["metadata"],
  status,
});

describe("since when a run counts", () => {
  test.each<Given & { because: string; from: string | undefined }>([
    { because: "it never reached Git", from: undefined },
    {
      because: "forge recorded it, whatever the commit says",
      countsFrom: at(-5),
      committedAt: at(-200),
      from: at(-5),
    },
    { because: "a record from before has the commit's time", committedAt: at(-8), from: at(-8) },
    {
      because: "a commit that is dated back ran no earlier than its record was stored",
      committedAt: at(-20_000),
      from: at(-9),
    },
    { because: "a commit from the future says nothing", committedAt: at(1), from: at(-9) },
    {
      because: "the controller's clock was behind the API server's",
      countsFrom: at(-10),
      from: at(-9),
    },
    { because: "a time that nobody can read never comes", committedAt: "soon", from: at(-9) },
  ])("$from, since $because", ({ from, because: _, ...given }) => {
    expect(runStart(record(given), now)?.toISOString()).toBe(from);
  });
});

describe("when the run before ended", () => {
  test.each<Given & { because: string; until: string | undefined }>([
    { because: "nothing reached Git behind it", until: undefined },
    {
      because: "a restarted controller found its own commit later",
      countsFrom: at(-2),
      committedAt: at(-4),
      until: at(-4),
    },
    {
      because: "a commit that is dated back did not end it before it was recorded",
      countsFrom: at(-2),
      committedAt: at(-20_000),
      until: at(-9),
    },
    {
      because: "a commit from the future ended it when forge saw it",
      countsFrom: at(-2),
      committedAt: at(30),
      until: at(-2),
    },
  ])("$until, since $because", ({ until, because: _, ...given }) => {
    expect(replacedAt(record(given), now)?.toISOString()).toBe(until);
  });
});

describe("the time that a commit claims", () => {
  const hour = fc.integer({ min: -300, max: 300 });
  const past = fc.integer({ min: -300, max: 0 });

  test("never makes a run longer than forge saw it run", () => {
    fc.assert(
      fc.property(past, past, hour, hour, (a, b, claimed, claimedNext) => {
        const [first, second] = [Math.min(a, b), Math.max(a, b)];
        const recordOf = (sequence: number, seen: number, claim: number) =>
          ({
            metadata: { name: `dev-${sequence}`, creationTimestamp: at(seen) },
            spec: {
              environment: "dev",
              sequence,
              release: { number: sequence, digest: `sha256:${sequence}` },
              request: { type: "Deploy" },
            },
            status: { countsFrom: at(seen), committedAt: at(claim) },
          }) as unknown as ReleaseDeployment;
        const [run] = runsOf(
          [recordOf(1, first, claimed), recordOf(2, second, claimedNext)],
          [],
          now,
        );
        expect(run?.from).toEqual(new Date(at(first)));
        expect(run?.until?.getTime()).toBeLessThanOrEqual(Date.parse(at(second)));
        expect(run?.until?.getTime()).toBeGreaterThanOrEqual(Date.parse(at(first)));
      }),
    );
  });

  test("moves a record of an older forge no further back than the API server stored it", () => {
    fc.assert(
      fc.property(past, hour, (created, claimed) => {
        const given = { created: at(created), committedAt: at(claimed) };
        const from = runStart(record(given), now)?.getTime() ?? 0;
        expect(from).toBeGreaterThanOrEqual(Date.parse(given.created));
        expect(from).toBeLessThanOrEqual(now.getTime());
      }),
    );
  });
});
