import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ForgeError } from "../../api/index.ts";
import {
  encodeTree,
  gitObject,
  type ObjectFormat,
  ObjectStore,
  type PackedObject,
} from "../../git/index.ts";
import { readBack } from "../../git/testing/read-back.ts";
import { findFile } from "./find-file.ts";
import { TreeDraft } from "./tree-draft.ts";

const name = fc.constantFrom("a", "a-", "a.b", "b", "ab", "é", "a-long-name-of-a-folder-or-a-file");
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
  test.each<ObjectFormat>(["sha1", "sha256"])(
    "equal those of the naive implementation, and so do the objects that are sent: %s",
    (format) => {
      // Batches: what one draft settled, the next begins with.
      const batches = fc.array(fc.array(edit, { maxLength: 8 }), { maxLength: 4 });
      fc.assert(
        fc.property(batches, (given) => {
          const store = new ObjectStore();
          const server = new ObjectStore();
          const files = new Map<string, string>();
          let root: string | undefined;
          for (const edits of given) {
            const draft = new TreeDraft(store, root, format);
            const sent: PackedObject[] = [];
            for (const [segments, content] of edits) {
              const file = segments.join("/");
              const blob = gitObject("blob", Buffer.from(String(content)), format);
              const trees = attempt(() => draft.write(segments, blob.id));
              expect(trees === undefined).toBe(conflicts(files, file));
              if (trees === undefined) continue;
              sent.push(...trees);
              files.set(file, blob.id);
              expect(draft.root).toBe(naiveTree(files));
              expect(draft.find(segments)).toBe(blob.id);
            }
            for (const object of readBack(sent, server, format)) server.put(object);
            draft.settle();
            root = draft.root;
          }
          for (const [file, blob] of files) {
            expect(findFile(store, root, file.split("/"))).toBe(blob);
            expect(findFile(server, root, file.split("/"))).toBe(blob);
          }
        }),
      );
    },
  );

  test("a draft that is not settled leaves the store as it was", () => {
    const store = new ObjectStore();
    const id = "1".repeat(40);
    const root = encodeTree([{ mode: "100644", name: "x", id }]);
    store.put(root);
    new TreeDraft(store, root.id, "sha1").write(["y", "z"], id);
    expect(store.size).toBe(1);
    expect(findFile(store, root.id, ["x"])).toBe(id);
  });

  test("a settled draft takes large trees that it replaces out of the store", () => {
    const store = new ObjectStore();
    let root: string | undefined;
    for (let round = 0; round < 20; round++) {
      const draft = new TreeDraft(store, root, "sha1");
      for (let file = 0; file < 50; file++) {
        const blob = gitObject("blob", Buffer.from(`${round} ${file}`));
        draft.write(["apps", `project-${file}`], blob.id);
      }
      draft.settle();
      root = draft.root;
    }
    // Roots are small, and stay until the store is pruned.
    expect(store.size).toBe(20 + 1);
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
    const draft = new TreeDraft(store, root.id, "sha1");
    expect(() => draft.write(segments, id)).toThrow(says);
    expect(() => draft.find(segments)).toThrow(says);
    expect(() => findFile(store, root.id, segments)).toThrow(says);
    expect(draft.root).toBe(root.id);
  });

  test.each([
    ["Auth", "auth", "it differs in case alone"],
    ["caf\u00e9", "cafe\u0301", "it is composed in another way"],
  ])("put no %s beside %s: %s", (present, added) => {
    const store = new ObjectStore();
    const root = encodeTree([{ mode: "40000", name: present, id: encodeTree([]).id }]);
    store.put(root);
    store.put(encodeTree([]));
    const draft = new TreeDraft(store, root.id, "sha1");
    expect(() => draft.write([added, "release.yaml"], id)).toThrow("the same name to some file");
    draft.write([present, "release.yaml"], id);
  });

  test("a file keeps its mode", () => {
    const store = new ObjectStore();
    const root = encodeTree([{ mode: "100755", name: "x", id }]);
    store.put(root);
    const draft = new TreeDraft(store, root.id, "sha1");
    expect(draft.write(["x"], id)).toEqual([]);
    expect(draft.root).toBe(root.id);
  });

  test("names in another encoding, and modes of old, stay as they are", () => {
    const bytes = Buffer.concat([
      Buffer.from("100664 a\xff\0", "latin1"),
      Buffer.alloc(20, 1),
      Buffer.from("100644 b\0"),
      Buffer.alloc(20, 2),
    ]);
    const root = gitObject("tree", bytes);
    const store = new ObjectStore();
    store.put(root);
    const draft = new TreeDraft(store, root.id, "sha1");
    draft.write(["b"], "03".repeat(20));
    draft.settle();
    const after = Buffer.from(store.treeData(draft.root ?? ""));
    expect(after.subarray(0, -20)).toEqual(bytes.subarray(0, -20));
    expect(after.subarray(-20)).toEqual(Buffer.alloc(20, 3));
  });

  test("twice the same name is no tree to write to", () => {
    const entry = { mode: "100644", name: "x", id };
    const root = encodeTree([entry, entry]);
    const store = new ObjectStore();
    store.put(root);
    const draft = new TreeDraft(store, root.id, "sha1");
    expect(() => draft.write(["x"], id)).toThrow(
      expect.objectContaining({
        code: "PointerPathInvalid",
        message: expect.stringContaining('has the name "x" twice'),
      }),
    );
  });
});
