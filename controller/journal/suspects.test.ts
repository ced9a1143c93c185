import { expect, test } from "vitest";
import type { JournalLine } from "./journal-file.ts";
import { suspectsIn } from "./suspects.ts";

test.each<{ because: string; lines: JournalLine[]; suspects: Record<string, number> }>([
  {
    because: "nothing was in flight",
    lines: [
      ["begun", 0, "r a"],
      ["ended", 0],
    ],
    suspects: {},
  },
  {
    because: "each attempt in flight may have been the one",
    lines: [
      ["begun", 0, "r a"],
      ["begun", 1, "p a"],
      ["begun", 2, "r b"],
      ["ended", 2],
    ],
    suspects: { "r a": 1, "p a": 1 },
  },
  {
    because: "a suspect explains the crash, and what ran beside it does not count",
    lines: [
      ["crashed", 1, "r a"],
      ["begun", 0, "r a"],
      ["begun", 1, "r b"],
    ],
    suspects: { "r a": 2 },
  },
  {
    because: "of two suspects the one with more crashes explains it",
    lines: [
      ...[["crashed", 3, "r a"] as const, ["crashed", 1, "r b"] as const],
      ...[["begun", 0, "r a"] as const, ["begun", 1, "r b"] as const],
    ],
    suspects: { "r a": 4, "r b": 1 },
  },
  {
    because: "a suspect that still waits keeps its count",
    lines: [
      ["crashed", 2, "r a"],
      ["begun", 0, "r b"],
    ],
    suspects: { "r a": 2, "r b": 1 },
  },
  {
    because: "an attempt that ended clears its subject",
    lines: [
      ["crashed", 2, "r a"],
      ["begun", 0, "r a"],
      ["ended", 0],
    ],
    suspects: {},
  },
  {
    because: "an end without its beginning, which was cut off, clears nothing",
    lines: [
      ["crashed", 2, "r a"],
      ["ended", 7],
    ],
    suspects: { "r a": 2 },
  },
])("$suspects: $because", ({ lines, suspects }) => {
  expect(Object.fromEntries(suspectsIn(lines))).toEqual(suspects);
});

test("the number of suspects is bounded, and those with the most crashes stay", () => {
  const lines = Array.from({ length: 3_000 }, (_none, index): JournalLine => {
    return ["crashed", index + 1, `r ${index}`];
  });
  const suspects = suspectsIn(lines);
  expect(suspects.size).toBe(1_000);
  expect(Math.min(...suspects.values())).toBe(2_001);
});
