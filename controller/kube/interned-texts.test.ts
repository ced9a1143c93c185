import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { expect, test } from "vitest";
import { InternedTexts } from "./interned-texts.ts";

test("whatever is interned says what it said before, however little is remembered", () => {
  fc.assert(
    fc.property(fc.array(fc.object({ maxDepth: 3 })), fc.integer({ min: 1, max: 4 }), (all, n) => {
      const texts = new InternedTexts(n);
      const before = structuredClone(all);
      for (const object of all) texts.intern(object);
      expect(all).toEqual(before);
    }),
  );
});

test("what is frozen is left alone", () => {
  const inner = Object.freeze({ time: "10:00" });
  const object = { inner, list: Object.freeze(["10:00"]) };
  expect(() => new InternedTexts().intern(object)).not.toThrow();
  expect(object.inner).toBe(inner);
});

test("what objects say alike is in memory once", () => {
  const texts = new InternedTexts();
  const apart = heapOf(() => undefined);
  const interned = heapOf((object) => texts.intern(object));
  expect(interned).toBeLessThan(apart / 3);
});

/** Bytes that many objects take which say the same, as a server's answers do: each text anew. */
function heapOf(act: (object: { texts: string[] }) => void): number {
  setFlagsFromString("--expose-gc");
  const collect = runInNewContext("gc") as () => void;
  const json = JSON.stringify({
    texts: Array.from({ length: 8 }, (_, n) => `text ${n} `.repeat(8)),
  });
  collect();
  const before = process.memoryUsage().heapUsed;
  const objects = Array.from({ length: 5_000 }, () => {
    const object = JSON.parse(json) as { texts: string[] };
    act(object);
    return object;
  });
  collect();
  const used = process.memoryUsage().heapUsed - before;
  expect(objects).toHaveLength(5_000);
  return used;
}
