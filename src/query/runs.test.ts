import { describe, expect, test } from "vitest";
import type { ReleaseDeployment, ReleasePointer } from "../api/index.ts";
import { runsOf } from "./runs.ts";

const at = (hour: number) => `2026-11-21T${String(hour).padStart(2, "0")}:00:00Z`;

const record = (
  environment: string,
  sequence: number,
  status: { committedAt?: string; endedAt?: string } = {},
) =>
  ({
    metadata: { name: `${environment}-${sequence}` },
    spec: { environment, sequence, release: { number: sequence, digest: `sha256:${sequence}` } },
    status,
  }) as unknown as ReleaseDeployment;

const pointer = (deployment: string, healthySince?: string) =>
  ({
    spec: {},
    status: { delivery: { deployment, ...(healthySince && { healthySince }) } },
  }) as unknown as ReleasePointer;

describe("what ran, and when", () => {
  test("from one commit to the next of the same environment", () => {
    const runs = runsOf([
      record("dev", 2, { committedAt: at(3) }),
      record("staging", 1, { committedAt: at(2) }),
      record("dev", 1, { committedAt: at(1), endedAt: at(3) }),
    ]);
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
    expect(runsOf([record("dev", 1)])).toEqual([]);
  });

  test("a record that is about to be ended is over all the same", () => {
    const [first] = runsOf([
      record("dev", 1, { committedAt: at(1) }),
      record("dev", 2, { committedAt: at(5) }),
    ]);
    expect(first?.until).toEqual(new Date(at(5)));
  });

  test("health is that of the very deployment that is spoken of", () => {
    const records = [
      record("dev", 1, { committedAt: at(1), endedAt: at(2) }),
      record("dev", 2, { committedAt: at(2) }),
      record("staging", 1, { committedAt: at(1) }),
    ];
    const runs = runsOf(records, [pointer("dev-2", at(4)), pointer("staging-1")]);
    const health = (environment: string, number: number) =>
      runs.find((run) => run.environment === environment && run.number === number)?.health;
    expect(health("dev", 1)).toBeUndefined();
    expect(health("dev", 2)).toEqual({ healthySince: new Date(at(4)) });
    expect(health("staging", 1)).toEqual({});
  });
});
