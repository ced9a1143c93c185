import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ForgeError } from "../api/index.ts";
import { encodeTree, gitObject, ObjectStore } from "../git/index.ts";
import { findFile, writeFile } from "./tree-edit.ts";

const name = fc.constantFrom("a", "a-", "a.b", "b", "B", "ab", "é");
const path = fc.array(name, { minLength: 1, maxLength: 4 });
const edit = fc.tuple(path, fc.nat(3));

/** The obvious way: all files in one map, all trees built from it. */
function naiveTree(files: ReadonlyMap<string, string>): string {
  const folders = new Map<string, Map<string, string>>();
  const entries = [];
  for (const [file, blob] of files) {
    const [first = "", ...rest] = file.split("/");
    if (rest.length === 0) entries.push({ mode: "100644", name: first, id: blob });
    else folders.set(first, (folders.get(first) ?? new Map()).set(rest.join("/"), blob));
  }
  for (const [folder, inner] of folders)
    entries.push({ mode: "40000", name: folder, id: naiveTree(inner) });
  return encodeTree(entries).id;
}

/** Would the path need a folder where a file is, or a file where a folder is? */
function conflicts(files: ReadonlyMap<string, string>, file: string): boolean {
  return [...files.keys()].some(
    (other) => other.startsWith(`${file}/`) || file.startsWith(`${other}/`),
  );
}

/** undefined when the edit is refused for what stands in its way. */
function attempt<Result>(act: () => Result): Result | undefined {
  try {
    return act();
  } catch (error) {
    if (error instanceof ForgeError && error.code === "PointerPathInvalid") return undefined;
    throw error;
  }
}

describe("tree edits", () => {
  test("equal those of the naive implementation", () => {
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 12 }), (edits) => {
        const store = new ObjectStore();
        const files = new Map<string, string>();
        let root: string | undefined;
        for (const [segments, content] of edits) {
          const file = segments.join("/");
          const blob = gitObject("blob", Buffer.from(String(content)));
          const trees = attempt(() => writeFile(store, root, segments, blob.id));
          expect(trees === undefined).toBe(conflicts(files, file));
          if (trees === undefined) continue;
          for (const tree of trees) store.put(tree);
          root = trees.at(-1)?.id;
          files.set(file, blob.id);
          expect(root).toBe(naiveTree(files));
        }
        for (const [file, blob] of files) expect(findFile(store, root, file.split("/"))).toBe(blob);
      }),
    );
  });

  const id = "1".repeat(40);
  test.each([
    { mode: "120000", path: ["x", "release.yaml"], says: "symbolic link, not a folder" },
    { mode: "160000", path: ["x", "release.yaml"], says: "submodule, not a folder" },
    { mode: "100644", path: ["x", "release.yaml"], says: "file, not a folder" },
    { mode: "120000", path: ["x"], says: "symbolic link, not a file" },
    { mode: "160000", path: ["x"], says: "submodule, not a file" },
    { mode: "40000", path: ["x"], says: "folder, not a file" },
  ])("never go through or over what stands in the way: $says", ({ mode, path: segments, says }) => {
    const store = new ObjectStore();
    const root = encodeTree([{ mode, name: "x", id }]);
    store.put(root);
    expect(() => writeFile(store, root.id, segments, id)).toThrow(says);
    expect(() => findFile(store, root.id, segments)).toThrow(says);
  });

  test("a file keeps its mode", () => {
    const store = new ObjectStore();
    const root = encodeTree([{ mode: "100755", name: "x", id }]);
    store.put(root);
    expect(writeFile(store, root.id, ["x"], id).at(-1)?.id).toBe(root.id);
  });
});
