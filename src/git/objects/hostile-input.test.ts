import { createHash } from "node:crypto";
import { deflateSync } from "node:zlib";
import { describe, expect, test, vi } from "vitest";
import { atOnce } from "../../concurrency/index.ts";
import { parseFetch } from "../wire/upload-pack.ts";
import { decodeCommit } from "./commit.ts";
import { gitObject } from "./git-object.ts";
import { readPack } from "./pack-reader.ts";

const base = Buffer.from("hello, world");
const blobType = 3;
const referenceDelta = 7;

/** A pack of one base and so many deltas on it, each another text of three characters. */
function packOf(deltas: number, order: "base first" | "base last"): Buffer {
  const id = Buffer.from(gitObject("blob", base).id, "hex");
  const whole = [Buffer.from([(blobType << 4) | base.length]), deflateSync(base)];
  const others = Array.from({ length: deltas }, (_none, index) => {
    const text = Buffer.from([index & 0xff, (index >> 8) & 0xff, index >> 16]);
    const delta = Buffer.from([base.length, 3, 3, ...text]);
    const header = Buffer.from([(referenceDelta << 4) | delta.length]);
    return Buffer.concat([header, id, deflateSync(delta)]);
  });
  const count = Buffer.alloc(4);
  count.writeUInt32BE(deltas + 1);
  const body = Buffer.concat([
    Buffer.from("PACK\0\0\0\x02", "latin1"),
    count,
    ...(order === "base first" ? [...whole, ...others] : [...others, ...whole]),
  ]);
  return Buffer.concat([body, createHash("sha1").update(body).digest()]);
}

/** How many elements of arrays are iterated over meanwhile: copies made by spreading count too. */
function elementsVisited(act: () => unknown): number {
  const original = Array.prototype[Symbol.iterator];
  let count = 0;
  Reflect.set(Array.prototype, Symbol.iterator, function* counted(this: unknown[]) {
    for (let index = 0; index < this.length; index++) {
      count += 1;
      yield this[index];
    }
  });
  try {
    act();
  } finally {
    Reflect.set(Array.prototype, Symbol.iterator, original);
  }
  return count;
}

describe("a pack whose base comes last", () => {
  const [first, last] = (["base first", "base last"] as const).map((order) => packOf(2_000, order));

  test("is read with no more work than one whose base comes first", () => {
    const visited = [first, last].map((pack) =>
      elementsVisited(() => atOnce(readPack(pack ?? base))),
    );
    expect(visited[1]).toBeLessThan(2 * (visited[0] ?? 0) + 4_000);
  });

  test("gives the same objects, in as many slices", () => {
    const read = [first, last].map((pack) => {
      const work = readPack(pack ?? base);
      let slices = 0;
      for (;;) {
        const slice = work.next();
        if (slice.done) return { slices, ids: slice.value.map(({ id }) => id).toSorted() };
        slices += 1;
      }
    });
    expect(read[0]?.ids).toEqual(read[1]?.ids);
    expect(read[0]?.ids).toHaveLength(2_001);
    expect(read[1]?.slices).toBeLessThan(2 * (read[0]?.slices ?? 0));
    expect(read[0]?.slices).toBeGreaterThan(5);
  });
});

test("a pack in pieces of one byte is put together in one buffer", () => {
  const piece = "0006\x01x";
  const body = Buffer.from(`000dpackfile\n${piece.repeat(100_000)}0000`, "latin1");
  const concat = vi.spyOn(Buffer, "concat");
  expect(atOnce(parseFetch(body)).equals(Buffer.alloc(100_000, "x"))).toBe(true);
  // A list of the pieces takes twenty times as much as their bytes.
  expect(concat.mock.calls.filter(([list]) => list.length > 10)).toEqual([]);
  concat.mockRestore();
});

test("more pkt-lines than any answer needs are refused", () => {
  const body = Buffer.from(`000dpackfile\n${"0005\x01".repeat(2_000_000)}`, "latin1");
  expect(() => atOnce(parseFetch(body))).toThrow(
    expect.objectContaining({ code: "SourceTooLarge" }),
  );
});

// With a pattern that has two open ends this does not end within a test's time.
test("a signature of a million brackets is read in one pass", () => {
  const brackets = `${"<".repeat(500_000)}${"> ".repeat(500_000)}`;
  const header = `tree ${"1".repeat(40)}\nauthor ${brackets}\ncommitter A <a@b> 1 +0000\n\nm`;
  const { author, committer } = decodeCommit(Buffer.from(header));
  expect(author).toEqual({ name: "", email: "", time: "1970-01-01T00:00:00Z" });
  expect(committer).toEqual({ name: "A", email: "a@b", time: "1970-01-01T00:00:01Z" });
});
