import { describe, expect, test } from "vitest";
import type { DeploymentOutcome, ReleaseDeployment, ReleasePointer } from "../api/index.ts";
import { rollbackTarget } from "./rollback-target.ts";

const identity = (number: number) => ({
  commit: String(number).padStart(40, "0"),
  number,
  digest: `sha256:${String(number).padStart(64, "0")}`,
});

function pointer(deployed?: number, previous?: number): Pick<ReleasePointer, "status"> {
  return {
    status: {
      ...(deployed !== undefined && { deployed: identity(deployed) }),
      ...(previous !== undefined && { previous: identity(previous) }),
    },
  };
}

type Given = readonly [number: number, outcome: DeploymentOutcome];

function record([number, outcome]: Given, index: number) {
  const spec = { sequence: index + 1, release: identity(number) } as ReleaseDeployment["spec"];
  const ran = outcome !== "Pending" && outcome !== "Blocked" && outcome !== "Failed";
  return { spec, status: { outcome, ...(ran && { committedAt: "2026-01-01T00:00:00Z" }) } };
}

const rows: readonly {
  because: string;
  records: readonly Given[];
  deployed?: number;
  previous?: number;
  target: number | undefined;
}[] = [
  {
    because: "the one before",
    records: [
      [1, "Superseded"],
      [2, "Active"],
    ],
    deployed: 2,
    target: 1,
  },
  {
    because: "the same image again is no way back",
    records: [
      [1, "Superseded"],
      [2, "Superseded"],
      [2, "Active"],
    ],
    deployed: 2,
    target: 1,
  },
  {
    because: "what was rolled back from is passed by",
    records: [
      [1, "Superseded"],
      [2, "Superseded"],
      [3, "RolledBack"],
      [2, "Active"],
    ],
    deployed: 2,
    target: 1,
  },
  {
    because: "what never reached Git never ran",
    records: [
      [1, "Superseded"],
      [3, "Failed"],
      [2, "Active"],
    ],
    deployed: 2,
    target: 1,
  },
  {
    because: "the pointer remembers without records",
    records: [],
    deployed: 2,
    previous: 1,
    target: 1,
  },
  { because: "nothing ran before", records: [[1, "Active"]], deployed: 1, target: undefined },
  { because: "nothing runs", records: [], target: undefined },
  {
    because: "a second rollback finds nothing further back",
    records: [
      [1, "Superseded"],
      [2, "RolledBack"],
      [1, "Active"],
    ],
    deployed: 1,
    previous: 2,
    target: undefined,
  },
];

describe("rollbackTarget", () => {
  test.each(rows)("$target, because $because", ({ records, deployed, previous, target }) => {
    const shuffled = records.map(record).toReversed();
    expect(rollbackTarget(pointer(deployed, previous), shuffled)?.number).toBe(target);
  });
});
