import * as fc from "fast-check";
import { expect, test } from "vitest";
import { retryAfterMs } from "./registry-error.ts";
import { backoffMs } from "./retry.ts";

const now = Date.UTC(2026, 10, 20, 10, 0, 0);

test.each([
  ["0", 0],
  ["120", 120_000],
  ["Fri, 20 Nov 2026 10:01:00 GMT", 60_000],
  ["Fri, 20 Nov 2026 09:00:00 GMT", 0],
  ["soon", undefined],
  ["-1", 0],
  [undefined, undefined],
])("Retry-After: %s is %s ms", (header, wait) => {
  // V8 reads "-1" as a date of the past, which is as good as no wait.
  expect(retryAfterMs(header, now)).toBe(wait);
});

test("a wait doubles from 250 ms to 3 s, and differs by at most a tenth", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.double({ min: 0, max: 0.999, noNaN: true }),
      (attempt, random) => {
        const middle = Math.min(3_000, 250 * 2 ** (attempt - 1));
        const wait = backoffMs(attempt, random);
        expect(wait).toBeGreaterThanOrEqual(middle * 0.9);
        expect(wait).toBeLessThanOrEqual(middle * 1.1);
      },
    ),
  );
});
