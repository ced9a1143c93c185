import { ForgeError } from "../api/index.ts";
import {
  directoryMode,
  encodeTree,
  fileMode,
  type GitObject,
  isRegularFile,
  type ObjectStore,
  type TreeEntry,
} from "../git/index.ts";

// Both functions walk the same way and refuse the same things: a link, a submodule or a file where
// a folder should be would let a pointer be written somewhere else than its path says.

/** The blob at a path; undefined when nothing is there. Throws PointerPathInvalid. */
export function findFile(
  store: ObjectStore,
  root: string | undefined,
  path: readonly string[],
): string | undefined {
  let tree = root;
  for (const [index, name] of path.entries()) {
    const entry = entriesOf(store, tree).find((candidate) => candidate.name === name);
    if (entry === undefined) return undefined;
    if (index === path.length - 1) return requireFile(entry, path).id;
    tree = requireFolder(entry, path.slice(0, index + 1)).id;
  }
  return undefined;
}

/**
 * The trees that have to be written so that the path holds the blob, the new root last. A file
 * that is there keeps its mode. Throws PointerPathInvalid.
 */
export function writeFile(
  store: ObjectStore,
  root: string | undefined,
  path: readonly string[],
  blob: string,
): GitObject[] {
  const [name, ...rest] = path;
  if (name === undefined) throw new RangeError("a path has at least one segment");
  return write(store, entriesOf(store, root), [], name, rest, blob);
}

function write(
  store: ObjectStore,
  entries: readonly TreeEntry[],
  above: readonly string[],
  name: string,
  rest: readonly string[],
  blob: string,
): GitObject[] {
  const present = entries.find((entry) => entry.name === name);
  const others = entries.filter((entry) => entry !== present);
  const here = [...above, name];
  const [next, ...below] = rest;
  if (next === undefined) {
    const mode = present === undefined ? fileMode : requireFile(present, here).mode;
    return [encodeTree([...others, { mode, name, id: blob }])];
  }
  const folder = present === undefined ? undefined : requireFolder(present, here).id;
  const inner = write(store, entriesOf(store, folder), here, next, below, blob);
  const id = inner.at(-1)?.id ?? "";
  return [...inner, encodeTree([...others, { mode: directoryMode, name, id }])];
}

function entriesOf(store: ObjectStore, tree: string | undefined): readonly TreeEntry[] {
  return tree === undefined ? [] : store.tree(tree);
}

function requireFolder(entry: TreeEntry, path: readonly string[]): TreeEntry {
  if (entry.mode === directoryMode) return entry;
  throw new ForgeError(
    "PointerPathInvalid",
    `"${path.join("/")}" is a ${kindOf(entry)}, not a folder`,
  );
}

function requireFile(entry: TreeEntry, path: readonly string[]): TreeEntry {
  if (isRegularFile(entry)) return entry;
  throw new ForgeError(
    "PointerPathInvalid",
    `"${path.join("/")}" is a ${kindOf(entry)}, not a file`,
  );
}

function kindOf(entry: TreeEntry): string {
  if (entry.mode === directoryMode) return "folder";
  if (isRegularFile(entry)) return "file";
  return entry.mode === "120000" ? "symbolic link" : "submodule";
}
