import fc from "fast-check";
import { expect, test } from "vitest";
import { Backoff, jitter } from "./backoff.ts";

const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });

test("delays stay within bounds, and begin anew after a reset", () => {
  fc.assert(
    fc.property(fc.array(random, { minLength: 1, maxLength: 30 }), (draws) => {
      let at = 0;
      const backoff = new Backoff({ baseMs: 100, capMs: 30_000 }, () => draws[at++] ?? 0);
      for (const _ of draws) {
        const delay = backoff.next();
        expect(delay).toBeGreaterThanOrEqual(100);
        expect(delay).toBeLessThanOrEqual(30_000);
      }
      backoff.reset();
      expect(backoff.next()).toBeLessThan(300);
    }),
  );
});

test("delays grow to the cap when luck is bad", () => {
  const backoff = new Backoff({ baseMs: 100, capMs: 30_000 }, () => 0.999);
  for (let i = 0; i < 8; i++) backoff.next();
  expect(backoff.next()).toBe(30_000);
});

test("jitter moves a duration both ways by no more than the fraction", () => {
  expect(jitter(1_000, 0.1, () => 0)).toBe(900);
  expect(jitter(1_000, 0.1, () => 0.5)).toBe(1_000);
  expect(jitter(1_000, 0.1, () => 1)).toBe(1_100);
});
