import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { seededRandom } from "../random.ts";
import { commitOf, type GeneratedObject, gitObject, treeOf } from "./git-object.ts";
import { nestedTrees, treeShapes } from "./git-trees.ts";
import { packOf, wholeEntry } from "./pack-file.ts";

/** Ids that a tree names. */
function childrenOf({ data }: GeneratedObject): string[] {
  const found: string[] = [];
  for (let at = 0; at < data.length; ) {
    const end = data.indexOf(0, at) + 21;
    found.push(data.toString("hex", end - 20, end));
    at = end;
  }
  return found;
}

/** How many paths lead from a tree to files, each object visited once. */
function pathsFrom(root: string, objects: readonly GeneratedObject[]): bigint {
  const byId = new Map(objects.map((object) => [object.id, object]));
  const known = new Map<string, bigint>();
  const count = (id: string): bigint => {
    const before = known.get(id);
    if (before !== undefined) return before;
    const object = byId.get(id);
    const paths =
      object?.type === "tree" ? childrenOf(object).reduce((sum, one) => sum + count(one), 0n) : 1n;
    known.set(id, paths);
    return paths;
  };
  return count(root);
}

describe("nestedTrees", () => {
  test("forty levels of two names have 2^40 paths in 41 objects, with the one file", () => {
    const trees = nestedTrees(40, ["a", "b"]);
    const ids = new Set(trees.flatMap((tree) => [tree.id, ...childrenOf(tree)]));
    expect(ids.size).toBe(41);
    expect(pathsFrom(trees.at(-1)?.id ?? "", trees)).toBe(2n ** 40n);
  });
});

test("git itself reads what was generated", () => {
  const folder = mkdtempSync(join(tmpdir(), "forge-generated-"));
  try {
    execFileSync("git", ["init", "--quiet", "--bare", folder]);
    const file = gitObject("blob", "a\n");
    const tree = treeOf([{ mode: "100644", name: "a.yaml", id: file.id }]);
    const objects = [file, tree, commitOf(tree.id)];
    const input = packOf(objects.map((object) => wholeEntry(object)));
    execFileSync("git", ["unpack-objects", "--strict", "-q"], { cwd: folder, input });
    const { id } = objects.at(-1) ?? file;
    const shown = execFileSync("git", ["ls-tree", "-r", id], { cwd: folder, encoding: "utf8" });
    expect(shown).toBe(`100644 blob ${file.id}\ta.yaml\n`);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

describe("treeShapes", () => {
  const made = Object.entries(treeShapes).map(([name, make]) => ({
    ...{ name, make, repository: make(seededRandom(1)) },
  }));

  test.each(made)("$name: the commit is there", ({ repository: { head, objects } }) => {
    expect(objects.map(({ id }) => id)).toContain(head);
  });

  test("a seed gives the same again, and another seed something else", () => {
    const changed = treeShapes["bytes that were changed"];
    const heads = [5, 5, 6].map((seed) => changed?.(seededRandom(seed)).head);
    expect(heads[0]).toBe(heads[1]);
    expect(heads[0]).not.toBe(heads[2]);
  });

  test.each([
    { name: "2^40 paths in 41 objects", paths: 2n ** 40n },
    { name: "a hundred branches at each of twenty levels", paths: 100n ** 20n },
  ])("$name: so many paths", ({ name, paths }) => {
    const { objects } = made.find((one) => one.name === name)?.repository ?? { objects: [] };
    const trees = objects.filter(({ type }) => type === "tree");
    expect(pathsFrom(trees.at(-1)?.id ?? "", objects)).toBe(paths);
  });
});
