import { expect, test } from "vitest";
import { milliseconds } from "./duration.ts";

test.each([
  { duration: "250ms", expected: 250 },
  { duration: "90s", expected: 90_000 },
  { duration: "30m", expected: 1_800_000 },
  { duration: "1h30m", expected: 5_400_000 },
  { duration: "1m1m", expected: 120_000 },
  { duration: "0h", expected: 0 },
  { duration: `${"9".repeat(31)}h`, expected: 100 * 365 * 24 * 3_600_000 },
])("$duration is $expected ms", ({ duration, expected }) => {
  expect(milliseconds(duration)).toBe(expected);
});
