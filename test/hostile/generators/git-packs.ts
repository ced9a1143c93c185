import { below, mutated, type Random, randomBytes } from "../random.ts";
import { commitOf, type GeneratedObject, gitObject } from "./git-object.ts";
import { nestedTrees } from "./git-trees.ts";
import {
  copyingDelta,
  deltaEntry,
  literalDelta,
  offsetEntry,
  packOf,
  wholeEntry,
  withChecksum,
} from "./pack-file.ts";
import type { Shapes } from "./shape.ts";

export interface GeneratedPack {
  /** The commit that is asked for. */
  readonly head: string;
  readonly pack: Buffer;
  /** Bytes of the pack in each pkt-line; as many as fit when absent. */
  readonly pieceBytes?: number;
  /** Empty pkt-lines before the pack. */
  readonly emptyPieces?: number;
}

const [root = gitObject("tree", "")] = nestedTrees(1, ["README"]);
const commit = commitOf(root.id);
const needed: readonly GeneratedObject[] = [
  gitObject("blob", "Nothing to deploy.\n"),
  ...[root, commit],
];

/** A pack with the commit that is asked for, and these entries. */
function packWith(entries: readonly Buffer[], more: Partial<GeneratedPack> = {}): GeneratedPack {
  const pack = packOf([...needed.map((object) => wholeEntry(object)), ...entries]);
  return { head: commit.id, pack, ...more };
}

const times = <Item>(count: number, item: (index: number) => Item): Item[] =>
  Array.from({ length: count }, (_none, index) => item(index));

/** Deltas whose base stands behind all of them. */
export function baseLast(deltas: number): GeneratedPack {
  const base = gitObject("blob", "hello, world");
  const entries = times(deltas, (index) =>
    deltaEntry(base.id, literalDelta(base.data.length, Buffer.from(String(index)))),
  );
  return packWith([...entries, wholeEntry(base)]);
}

/** Each delta is one of the object behind it. */
function backwardChain(length: number): GeneratedPack {
  const objects = times(length, (index) => gitObject("blob", `object ${index}`));
  const entries = objects.map((object, index) => {
    const base = objects[index + 1];
    if (base === undefined) return wholeEntry(object);
    return deltaEntry(base.id, literalDelta(base.data.length, object.data));
  });
  return packWith(entries);
}

const zeros = Buffer.alloc(16 * 1024 * 1024);

function small(random: Random): GeneratedPack {
  return packWith(times(20, () => wholeEntry(gitObject("blob", randomBytes(random, 50)))));
}

export const packShapes: Shapes<GeneratedPack> = {
  "forty thousand deltas before their base": () => baseLast(40_000),
  "a chain of deltas, last first": (random) => backwardChain(20_000 + below(random, 2_000)),
  "deltas that copy a megabyte a thousand times": () => {
    const base = gitObject("blob", zeros.subarray(0, 1024 * 1024));
    const delta = copyingDelta(base.data.length, 16_000);
    return packWith([wholeEntry(base), ...times(50, () => deltaEntry(base.id, delta))]);
  },
  "a blob that inflates beyond what it claims": () =>
    packWith([wholeEntry(gitObject("blob", zeros), 10)]),
  "a hundred blobs of sixteen megabytes": () => {
    const entry = wholeEntry(gitObject("blob", zeros));
    return packWith(times(100, () => entry));
  },
  "an object of a petabyte": () => packWith([wholeEntry(gitObject("blob", "x"), 2 ** 50)]),
  "four billion objects": () => ({
    head: commit.id,
    pack: packOf(
      needed.map((object) => wholeEntry(object)),
      0xff_ff_ff_ff,
    ),
  }),
  "half a million empty objects": () => {
    const entry = wholeEntry(gitObject("blob", ""));
    return packWith(times(500_000, () => entry));
  },
  "deltas of themselves": () =>
    packWith([
      offsetEntry(0, literalDelta(1, Buffer.from("x"))),
      deltaEntry("1".repeat(40), literalDelta(1, Buffer.from("x"))),
    ]),
  "pieces of one byte": (random) =>
    packWith([wholeEntry(gitObject("blob", randomBytes(random, 200_000)))], { pieceBytes: 1 }),
  "a million empty pieces": (random) => ({ ...small(random), emptyPieces: 1_000_000 }),
  "a wrong checksum": (random) => {
    const { head, pack } = small(random);
    return { head, pack: Buffer.concat([pack.subarray(0, -1), Buffer.from([0])]) };
  },
  "bytes behind the last object": (random) => {
    const { head, pack } = small(random);
    return { head, pack: withChecksum(Buffer.concat([pack, randomBytes(random, 1_000)])) };
  },
  "nothing at all": () => ({ head: commit.id, pack: Buffer.alloc(0) }),
  "bytes that were changed": (random) => {
    const { head, pack } = small(random);
    return { head, pack: mutated(random, pack) };
  },
  "changed bytes with their checksum": (random) => {
    const { head, pack } = small(random);
    return { head, pack: withChecksum(mutated(random, pack.subarray(0, -20))) };
  },
};
