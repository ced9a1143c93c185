import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ForgeError } from "../api/index.ts";
import { atOnce } from "../concurrency/index.ts";
import { type ObjectFormat, ObjectStore } from "./index.ts";
import { decodeCommit } from "./objects/commit.ts";
import { applyDelta } from "./objects/delta.ts";
import { decodeTree } from "./objects/tree.ts";
import { entryNames, findEntry } from "./objects/tree-bytes.ts";
import { corpus } from "./testing/corpus.ts";
import { readPack } from "./testing/read-back.ts";
import { parseReceiveAdvertisement, parseUploadAdvertisement } from "./wire/advertisement.ts";
import { decodePackets } from "./wire/pkt-line.ts";
import { parsePushReport } from "./wire/receive-pack.ts";
import { parseFetch, parseListRefs } from "./wire/upload-pack.ts";
import { parseFetchV0 } from "./wire/upload-pack-v0.ts";

// Whatever a server sends, a reader answers with what it read or with an error of ours; it neither
// fails in another way, nor reads beyond the bytes, nor makes more of them than it is allowed.

const expected = ["GitProtocol", "CommitNotFound", "SourceTooLarge"];

/** What the reader read; the code of its error in the place of that. */
function attempt<Result>(read: () => Result): Result | { readonly code: string } {
  try {
    return read();
  } catch (error) {
    if (error instanceof ForgeError && expected.includes(error.code)) return { code: error.code };
    throw error;
  }
}

/** A seed with some of its bytes changed, cut out or doubled. */
function mutated(seeds: readonly Buffer[]): fc.Arbitrary<Buffer> {
  const change = fc.record({
    at: fc.nat(5_000),
    cut: fc.nat(3),
    piece: fc.oneof(
      fc.uint8Array({ maxLength: 4 }),
      fc.constantFrom(...["\0", "/", "0000", "ffff", "\xff\xff\xff\xff", "\x80"].map(bytesOf)),
    ),
  });
  return fc
    .tuple(fc.constantFrom(...seeds), fc.array(change, { maxLength: 4 }))
    .map(([seed, changes]) =>
      changes.reduce((bytes, { at, cut, piece }) => {
        const start = at % (bytes.length + 1);
        return Buffer.concat([bytes.subarray(0, start), piece, bytes.subarray(start + cut)]);
      }, seed),
    );
}

function bytesOf(text: string): Uint8Array {
  return Buffer.from(text, "latin1");
}

const runs = { numRuns: 2_000 };
const format = fc.constantFrom<ObjectFormat>("sha1", "sha256");

describe("fuzz", () => {
  test("pkt-lines, and all that is made of them", () => {
    const offered = new Map([["side-band-64k", ""]]);
    const readers: readonly ((bytes: Buffer) => unknown)[] = [
      (bytes) => [...decodePackets(bytes)],
      parseUploadAdvertisement,
      parseReceiveAdvertisement,
      (bytes) => atOnce(parseListRefs(bytes)),
      (bytes) => atOnce(parseFetch(bytes)),
      (bytes) => atOnce(parseFetchV0(bytes)),
      (bytes) => parsePushReport(bytes, "refs/heads/main", offered),
      (bytes) => parsePushReport(bytes, "refs/heads/main", new Map()),
    ];
    const seeds = corpus("pkt-lines");
    for (const seed of seeds) for (const read of readers) attempt(() => read(seed));
    fc.assert(
      fc.property(mutated(seeds), (bytes) => {
        for (const read of readers) attempt(() => read(bytes));
      }),
      runs,
    );
  });

  test("packs, sealed again after every change", () => {
    const limits = { packBytes: 100_000, objects: 100, objectBytes: 100_000, totalBytes: 500_000 };
    const seeds = corpus("packs");
    const store = new ObjectStore();
    for (const seed of seeds) {
      const objects = attempt(() => readPack(seed, limits, (id) => store.get(id)));
      if (!("code" in objects)) for (const object of objects) store.put(object);
    }
    // All but the thin one, which comes after what it stands on, are whole.
    expect(store.size).toBe(11);
    const seal = (bytes: Buffer, as: ObjectFormat) => {
      const body = bytes.subarray(0, Math.max(0, bytes.length - 20));
      return Buffer.concat([body, createHash(as).update(body).digest()]);
    };
    fc.assert(
      fc.property(mutated(seeds), format, (bytes, as) => {
        const pack = seal(bytes, as);
        const read = attempt(() => readPack(pack, limits, (id) => store.get(id), as));
        if ("code" in read) return;
        const total = read.reduce((sum, { data }) => sum + data.length, 0);
        expect(total).toBeLessThanOrEqual(limits.totalBytes);
      }),
      runs,
    );
  });

  test("trees: looking for a name finds what decoding finds", () => {
    fc.assert(
      fc.property(mutated(corpus("trees")), format, (bytes, as) => {
        const decoded = attempt(() => decodeTree(bytes, as));
        const names = attempt(() => entryNames(bytes, as));
        if ("code" in decoded) {
          attempt(() => findEntry(bytes, "f", as));
          return;
        }
        expect(names).toEqual(decoded.map(({ name }) => name));
        for (const { mode, name, id } of decoded) {
          const found = attempt(() => findEntry(bytes, name, as));
          const isTwice = decoded.filter((entry) => entry.name === name).length > 1;
          expect(found).toMatchObject(isTwice ? { code: "GitProtocol" } : { mode, name, id });
        }
      }),
      runs,
    );
  });

  test("deltas and commits", () => {
    const commit = Buffer.from(`tree ${"1".repeat(40)}\nauthor a <a@b> 1 +0000\n\nm`);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), mutated([commit]), (delta, changed) => {
        // The size that a delta says is checked against the limits before it is applied.
        if (!delta.subarray(0, 8).some((byte) => byte > 0x7f)) {
          attempt(() => applyDelta(Buffer.alloc(delta[0] ?? 0), delta));
        }
        attempt(() => decodeCommit(changed));
      }),
      runs,
    );
  });
});
