import { describe, expect, test } from "vitest";
import { fileTable, stageTable } from "./tables.ts";

describe("stageTable", () => {
  test("shows how much of the processor time was used", () => {
    const stage = (name: string, wallMs: number, usedMs: number) => ({
      ...{ name, wallMs },
      processor: { usedMs, totalMs: 2 * wallMs },
    });
    const shown = stageTable([stage("unit", 60_000, 90_000)], stage("all", 120_000, 120_000));
    expect(shown.split("\n")).toEqual([
      "stage  seconds  processor s  of what there was",
      "unit      60.0         90.0               75 %",
      "all      120.0        120.0               50 %",
    ]);
  });

  test("a stage too short for the clock has used nothing", () => {
    const nothing = { name: "lint", wallMs: 0, processor: { usedMs: 0, totalMs: 0 } };
    expect(stageTable([], nothing)).toContain(" 0 %");
  });
});

describe("fileTable", () => {
  test("begins with the slowest, set-up and tests together, and ends after 25", () => {
    const files = Array.from({ length: 30 }, (_, index) => ({
      path: `${index}.test.ts`,
      setUpMs: index * 1000,
      testsMs: 500,
    }));
    const lines = fileTable(files).split("\n");
    expect(lines).toHaveLength(26);
    expect(lines[1]).toMatch(/^29\.test\.ts +29\.5 +29\.0 +0\.5$/);
  });
});
