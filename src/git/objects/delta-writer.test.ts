import fc from "fast-check";
import { expect, test } from "vitest";
import { applyDelta, deltaResultSize } from "./delta.ts";
import { spliceDelta } from "./delta-writer.ts";
import { applySplice } from "./tree-bytes.ts";

function expectSame(base: Uint8Array, start: number, end: number, inserted: Uint8Array): Buffer {
  const splice = { start, end, inserted };
  const result = applySplice(base, splice);
  const delta = spliceDelta(base.length, splice);
  expect(deltaResultSize(delta)).toBe(result.length);
  expect(Buffer.from(applyDelta(base, delta)).equals(result)).toBe(true);
  return delta;
}

test("a delta makes of its base what the splice makes of it", () => {
  const bytes = fc.uint8Array({ maxLength: 400 });
  fc.assert(
    fc.property(bytes, bytes, fc.nat(400), fc.nat(400), (base, inserted, from, length) => {
      const start = Math.min(from, base.length);
      const end = Math.min(start + length, base.length);
      fc.pre(applySplice(base, { start, end, inserted }).length > 0);
      expectSame(base, start, end, inserted);
    }),
  );
});

test.each([
  { length: 0xffff, because: "a copy of two bytes of length" },
  { length: 0x10000, because: "the length that is written as none" },
  { length: 0x10001, because: "a copy of three bytes of length" },
  { length: 0x1000000, because: "more than one copy" },
])("a base of $length bytes is copied in few instructions: $because", ({ length }) => {
  const base = Buffer.alloc(length, "abc");
  const id = Buffer.alloc(20, 1);
  for (const start of [0, 1_000, length - 20]) {
    expect(expectSame(base, start, start + 20, id).length).toBeLessThan(60);
  }
});
