import { expect, test } from "vitest";
import { shareOfNamespace } from "./loop-maker.ts";

test.each([
  { workers: 64, share: 48, because: "a quarter is left to others" },
  { workers: 11, share: 8, because: "a quarter is rounded up" },
  { workers: 2, share: 1, because: "one is left where there are two" },
  { workers: 1, share: 1, because: "one worker does all, or nothing would be done" },
])("of $workers workers a namespace has $share: $because", ({ workers, share }) => {
  expect(shareOfNamespace(workers)).toBe(share);
});
