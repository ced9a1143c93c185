import fc from "fast-check";
import { expect, test } from "vitest";
import { SealedNumbers } from "./sealed-numbers.ts";

test("what is sealed is opened again, and nowhere else", () => {
  const [here, elsewhere] = [new SealedNumbers(), new SealedNumbers()];
  fc.assert(
    fc.property(fc.maxSafeNat(), (number) => {
      expect(here.open(here.seal(number))).toBe(number);
      expect(elsewhere.open(here.seal(number))).toBeUndefined();
    }),
  );
});

test("neither order nor distance can be told", () => {
  const numbers = new SealedNumbers();
  const sealed = Array.from({ length: 100 }, (_, n) => numbers.seal(n));
  expect(sealed.toSorted()).not.toEqual(sealed);
  const heads = new Set(sealed.map((text) => text.slice(0, 8)));
  expect(heads.size).toBeGreaterThan(95);
});

test("anything else was not sealed", () => {
  const numbers = new SealedNumbers();
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9a-f]{32}$/)), (text) => {
      expect(numbers.open(text)).toBeUndefined();
    }),
  );
});
