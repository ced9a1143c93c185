import fc from "fast-check";
import { expect, test } from "vitest";
import { isSameJson } from "./same-json.ts";

test.each([
  { because: "an undefined field is none", a: { x: 1, y: undefined }, b: { x: 1 }, same: true },
  { because: "null is a value", a: { x: null }, b: {}, same: false },
  { because: "order of fields means nothing", a: { x: 1, y: 2 }, b: { y: 2, x: 1 }, same: true },
  { because: "order of items does", a: [1, 2], b: [2, 1], same: false },
  { because: "a longer list is another", a: [1], b: [1, 2], same: false },
  { because: "a list is no object", a: [], b: {}, same: false },
  { because: "nothing is nothing", a: undefined, b: undefined, same: true },
])("$because", ({ a, b, same }) => {
  expect(isSameJson(a, b)).toBe(same);
  expect(isSameJson(b, a)).toBe(same);
});

test("it says what the texts say", () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.jsonValue(), (a, b) => {
      expect(isSameJson(a, structuredClone(a))).toBe(true);
      const sorted = (value: unknown) =>
        JSON.stringify(value, (_name, inner: unknown) =>
          typeof inner === "object" && inner !== null && !Array.isArray(inner)
            ? Object.fromEntries(Object.entries(inner).toSorted(([x], [y]) => (x < y ? -1 : 1)))
            : inner,
        );
      expect(isSameJson(a, b)).toBe(sorted(a) === sorted(b));
    }),
  );
});
