import { describe, expect, test } from "vitest";
import type { ReleaseDeployment, ReleasePointer } from "../api/index.ts";
import { runsOf } from "./runs.ts";

const at = (hour: number) => `2026-11-21T${String(hour).padStart(2, "0")}:00:00Z`;

const now = new Date("2026-11-22T00:00:00Z");

const record = (
  environment: string,
  sequence: number,
  status: NonNullable<ReleaseDeployment["status"]> = {},
  { created = at(0), type = "Deploy" } = {},
) =>
  ({
    metadata: { name: `${environment}-${sequence}`, creationTimestamp: created },
    spec: {
      environment,
      sequence,
      release: { number: sequence, digest: `sha256:${sequence}` },
      request: { type },
    },
    status,
  }) as unknown as ReleaseDeployment;

const pointer = (deployment: string, healthySince?: string) =>
  ({
    spec: { environment: deployment.slice(0, deployment.lastIndexOf("-")) },
    status: { delivery: { deployment, ...(healthySince && { healthySince }) } },
  }) as unknown as ReleasePointer;

describe("what ran, and when", () => {
  test("from one commit to the next of the same environment", () => {
    const runs = runsOf(
      [
        record("dev", 2, { committedAt: at(3) }),
        record("staging", 1, { committedAt: at(2) }),
        record("dev", 1, { committedAt: at(1), endedAt: at(3) }),
      ],
      [],
      now,
    );
    expect(runs).toHaveLength(3);
    expect(runs).toContainEqual({
      environment: "dev",
      digest: "sha256:1",
      number: 1,
      from: new Date(at(1)),
      until: new Date(at(3)),
    });
    expect(runs.filter(({ until }) => until === undefined)).toMatchObject([
      { environment: "staging" },
      { environment: "dev", number: 2 },
    ]);
  });

  test("what never reached Git never ran", () => {
    expect(runsOf([record("dev", 1)], [], now)).toEqual([]);
  });

  test("a record that is about to be ended is over all the same", () => {
    const [first] = runsOf(
      [record("dev", 1, { committedAt: at(1) }), record("dev", 2, { committedAt: at(5) })],
      [],
      now,
    );
    expect(first?.until).toEqual(new Date(at(5)));
  });

  test("a rollback ends a run before its record says so, and no other deployment does", () => {
    const runs = runsOf(
      [
        record("dev", 1, { committedAt: at(1) }),
        record("dev", 2, { committedAt: at(2) }),
        record("dev", 3, { committedAt: at(5) }, { type: "Rollback" }),
      ],
      [],
      now,
    );
    expect(runs.map(({ rolledBackAt }) => rolledBackAt)).toEqual([
      undefined,
      new Date(at(5)),
      undefined,
    ]);
  });
});

describe("health of a run", () => {
  const ended = { committedAt: at(1), countsFrom: at(1), endedAt: at(8), countsUntil: at(8) };
  const healthy = (time: string) => ({ healthySince: new Date(time) });
  test.each<{
    because: string;
    first: NonNullable<ReleaseDeployment["status"]>;
    pointers: readonly ReturnType<typeof pointer>[];
    health: object | undefined;
  }>([
    { because: "nobody reports health", first: ended, pointers: [], health: undefined },
    {
      because: "the record kept that it was not healthy when another release replaced it",
      first: { ...ended, health: { healthy: false } },
      pointers: [pointer("dev-2", at(9))],
      health: {},
    },
    {
      because: "the record kept since when it was healthy",
      first: { ...ended, health: { healthy: true, healthySince: at(3) } },
      pointers: [pointer("dev-2", at(9))],
      health: healthy(at(3)),
    },
    {
      because: "health was reported once, and nothing reports now",
      first: { committedAt: at(1), health: { healthy: false } },
      pointers: [],
      health: {},
    },
    {
      because: "the run goes on, and its pointer that reported health was deleted",
      first: { committedAt: at(1), health: { healthy: true, healthySince: at(3) } },
      pointers: [],
      health: {},
    },
    {
      because: "the run goes on, and the pointer was created again and reports nothing yet",
      first: { committedAt: at(1), health: { healthy: true, healthySince: at(3) } },
      pointers: [{ spec: { environment: "dev" } } as ReturnType<typeof pointer>],
      health: {},
    },
    {
      because: "a record from before health was kept says nothing, where health is reported",
      first: ended,
      pointers: [pointer("dev-2", at(9))],
      health: {},
    },
    {
      because: "the last report is of another deployment",
      first: { committedAt: at(1) },
      pointers: [pointer("dev-0", at(0))],
      health: {},
    },
    {
      because: "another environment's reports say nothing of this one",
      first: ended,
      pointers: [pointer("staging-1", at(3))],
      health: undefined,
    },
    {
      because: "the pointer reports on a record that has none yet",
      first: { committedAt: at(1) },
      pointers: [pointer("dev-1", at(4))],
      health: healthy(at(4)),
    },
    {
      because: "of the two reports the pointer's is the latest",
      first: { committedAt: at(1), health: { healthy: true, healthySince: at(3) } },
      pointers: [pointer("dev-1")],
      health: {},
    },
    {
      because: "of two times the later one counts",
      first: { committedAt: at(1), health: { healthy: true, healthySince: at(6) } },
      pointers: [pointer("dev-1", at(4))],
      health: healthy(at(6)),
    },
  ])("$because", ({ first, pointers, health }) => {
    expect(runsOf([record("dev", 1, first)], pointers, now)[0]?.health).toEqual(health);
  });
});

describe("health that was reported before, in an environment that is silent now", () => {
  const healthy = { healthy: true, healthySince: at(2) };
  const earlier = (environment: string) =>
    record(environment, 1, { committedAt: at(1), endedAt: at(8), health: healthy });

  test.each<{
    because: string;
    before: readonly ReleaseDeployment[];
    pointers: readonly ReturnType<typeof pointer>[];
    health: object | undefined;
  }>([
    {
      because: "the pointer was deleted before anything was reported of the image",
      before: [earlier("dev")],
      pointers: [],
      health: {},
    },
    {
      because: "the pointer was created again and nothing has reported on it",
      before: [earlier("dev")],
      pointers: [{ spec: { environment: "dev" } } as ReturnType<typeof pointer>],
      health: {},
    },
    {
      because: "the earlier report was of an image that was not healthy",
      before: [record("dev", 1, { committedAt: at(1), health: { healthy: false } })],
      pointers: [],
      health: {},
    },
    {
      because: "a deployment that was healthy and one that was silent came before",
      before: [earlier("dev"), record("dev", 2, { committedAt: at(5) })],
      pointers: [],
      health: {},
    },
    {
      because: "health was reported in another environment only",
      before: [earlier("staging")],
      pointers: [],
      health: undefined,
    },
  ])("$because", ({ before, pointers, health }) => {
    const silent = record("dev", 3, { committedAt: at(8) });
    const runs = runsOf([...before, silent], pointers, now);
    expect(runs.find(({ number }) => number === 3)?.health).toEqual(health);
  });
});
