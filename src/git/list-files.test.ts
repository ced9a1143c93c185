import { describe, expect, test } from "vitest";
import { atOnce, inSlices } from "../concurrency/index.ts";
import { encodeTree, gitObject, ObjectStore } from "./index.ts";
import { type ListRequest, listFiles } from "./list-files.ts";

const store = new ObjectStore();

function put(object: ReturnType<typeof encodeTree>): string {
  store.put(object);
  return object.id;
}

const file = put(gitObject("blob", Buffer.from("kind: Service")));
const folderOf = (name: string, id: string) => ({ mode: "40000", name, id });
const leaf = put(encodeTree([{ mode: "100644", name: "a.yaml", id: file }]));

/** Each tree holds the one before it under these names. */
function nested(levels: number, names: readonly string[]): string {
  let tree = leaf;
  for (let level = 0; level < levels; level++) {
    tree = put(encodeTree(names.map((name) => folderOf(name, tree))));
  }
  return tree;
}

const request = (root: string, changes: Partial<ListRequest> = {}): ListRequest => ({
  ...{ root, where: "the folder", wanted: (path) => path.endsWith(".yaml"), maxFiles: 2_000 },
  ...changes,
});

/** Trees whose two entries are one and the same: 2^40 paths in 45 objects. */
const bomb = nested(40, ["a", "b"]);

describe("listFiles", () => {
  test("finds a file by each path that leads to it, in order", () => {
    const { files } = atOnce(listFiles(store, request(nested(2, ["b", "a"]))));
    expect(files.map(({ path }) => path)).toEqual([
      ...["a/a/a.yaml", "a/b/a.yaml", "b/a/a.yaml", "b/b/a.yaml"],
    ]);
  });

  test.each([
    {
      because: "each visit counts, though the objects are few",
      request: request(bomb, { wanted: () => false, visits: { nodes: 10_000, bytes: 1e9 } }),
      says: "10000 nodes",
    },
    {
      because: "long paths are bytes that each visit copies",
      request: request(nested(10, ["a".repeat(250)]), { visits: { nodes: 1e9, bytes: 5_000 } }),
      says: "5000 bytes",
    },
    {
      because: "the wanted files are counted as they are found",
      request: request(bomb),
      says: "over 2000 files",
    },
    {
      because: "a chain of folders is deeper than any real one",
      request: request(nested(101, ["a"])),
      says: "deeper than 100",
    },
    {
      because: "no checkout has a path of that length",
      request: request(nested(20, ["a".repeat(250)])),
      says: "over 4096 characters",
    },
  ])("SourceTooLarge ($says): $because", ({ request: wanted, says }) => {
    expect(() => atOnce(listFiles(store, wanted))).toThrow(
      expect.objectContaining({ code: "SourceTooLarge", message: expect.stringContaining(says) }),
    );
  });

  test("lets the event loop turn, and ends with its signal", async () => {
    const stop = new AbortController();
    let turns = 0;
    const turn = () => {
      turns += 1;
      if (turns === 3) stop.abort(new Error("no time left"));
      else setImmediate(turn);
    };
    setImmediate(turn);
    const endless = { nodes: Number.POSITIVE_INFINITY, bytes: Number.POSITIVE_INFINITY };
    const walk = listFiles(store, request(bomb, { wanted: () => false, visits: endless }));
    await expect(inSlices(walk, stop.signal)).rejects.toThrow("no time left");
  });
});
