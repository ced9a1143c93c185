import fc from "fast-check";
import { expect, test } from "vitest";
import { PageSize } from "./page-size.ts";

test.each([
  { because: "small objects come many at a time", objects: 40, bytes: 40_000, limit: 500 },
  { because: "objects of 20 kB fill 4 MiB", objects: 40, bytes: 800_000, limit: 209 },
  { because: "objects of 2 MB come in twos", objects: 40, bytes: 80_000_000, limit: 2 },
  { because: "one that is larger than a page comes alone", objects: 1, bytes: 9_000_000, limit: 1 },
  { because: "an empty page says nothing of the next", objects: 0, bytes: 200, limit: 40 },
])("$because", ({ objects, bytes, limit }) => {
  const size = new PageSize();
  size.took(objects, bytes);
  expect(size.limit).toBe(limit);
});

test("a page that is always too large is asked for in ever smaller parts, and then given up", () => {
  fc.assert(
    fc.property(fc.nat(1_000), fc.nat(100_000_000), (objects, bytes) => {
      const size = new PageSize();
      size.took(objects, bytes);
      let last = size.limit;
      while (size.shrink()) {
        expect(size.limit).toBeLessThan(last);
        last = size.limit;
      }
      expect(size.limit).toBe(1);
    }),
  );
});
