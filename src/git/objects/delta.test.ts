import { createHash } from "node:crypto";
import { deflateSync } from "node:zlib";
import { expect, test } from "vitest";
import { readPack } from "../testing/read-back.ts";
import { applyDelta } from "./delta.ts";
import { gitObject } from "./git-object.ts";

const base = Buffer.from("hello, world");

test.each([
  { because: "literal bytes are inserted", delta: [12, 2, 2, 0x68, 0x69], result: "hi" },
  { because: "a range is copied", delta: [12, 5, 0x91, 7, 5], result: "world" },
  { because: "both may follow one another", delta: [12, 6, 0x91, 7, 5, 1, 0x21], result: "world!" },
])("$because", ({ delta, result }) => {
  expect(Buffer.from(applyDelta(base, Buffer.from(delta))).toString()).toBe(result);
});

test("a copy without length is one of 65,536 bytes", () => {
  const large = Buffer.alloc(0x10000, "x");
  const delta = Buffer.from([0x80, 0x80, 4, 0x80, 0x80, 4, 0x80]);
  expect(Buffer.from(applyDelta(large, delta)).equals(large)).toBe(true);
});

test.each([
  { because: "the base is of another length", delta: [11, 2, 2, 0x68, 0x69] },
  { because: "the copy reaches beyond the base", delta: [12, 6, 0x91, 7, 6] },
  { because: "the result is longer than it says", delta: [12, 1, 2, 0x68, 0x69] },
  { because: "the result is shorter than it says", delta: [12, 3, 2, 0x68, 0x69] },
  { because: "instruction 0 is reserved", delta: [12, 2, 0, 0x68, 0x69] },
  { because: "the literal is cut short", delta: [12, 2, 2, 0x68] },
  { because: "the copy's arguments are cut short", delta: [12, 5, 0x91, 7] },
  { because: "the size does not end", delta: [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff] },
])("is refused when $because", ({ delta }) => {
  expect(() => applyDelta(base, Buffer.from(delta))).toThrow(
    expect.objectContaining({ code: "GitProtocol" }),
  );
});

const referenceDelta = (baseId: string | undefined, delta: number[]) => [
  Buffer.from([(7 << 4) | delta.length]),
  Buffer.from(baseId ?? "", "hex"),
  deflateSync(Buffer.from(delta)),
];

test("a delta may stand before its base, and before the base of its base", () => {
  const [first, second, third] = ["hello, world", "world", "world!"].map((text) =>
    gitObject("blob", Buffer.from(text)),
  );
  const body = Buffer.concat([
    Buffer.from("PACK\0\0\0\x02\0\0\0\x03", "latin1"),
    ...referenceDelta(second?.id, [5, 6, 0x90, 5, 1, 0x21]),
    ...referenceDelta(first?.id, [12, 5, 0x91, 7, 5]),
    Buffer.from([(3 << 4) | 12]),
    deflateSync(base),
  ]);
  const pack = Buffer.concat([body, createHash("sha1").update(body).digest()]);
  const ids = readPack(pack).map(({ id }) => id);
  expect(ids).toEqual([first?.id, second?.id, third?.id]);
});
