import { ForgeError } from "../../api/index.ts";
import {
  directoryMode,
  findEntry,
  formatOf,
  isRegularFile,
  type ObjectStore,
  type TreeEntry,
} from "../../git/index.ts";

// Whoever reads a pointer and whoever writes one refuse the same things: a link, a submodule or a
// file where a folder should be would let a pointer stand somewhere else than its path says.

/** The blob at a path; undefined when nothing is there. Throws PointerPathInvalid. */
export function findFile(
  store: ObjectStore,
  root: string | undefined,
  path: readonly string[],
): string | undefined {
  let tree = root;
  for (const [index, name] of path.entries()) {
    if (tree === undefined) return undefined;
    const entry = findEntry(store.treeData(tree), name, formatOf(tree));
    if (entry === undefined) return undefined;
    const here = path.slice(0, index + 1);
    if (index === path.length - 1) return requireFile(entry, here).id;
    tree = requireFolder(entry, here).id;
  }
  return undefined;
}

export function requireFolder(entry: TreeEntry, path: readonly string[]): TreeEntry {
  if (entry.mode === directoryMode) return entry;
  throw inTheWay(entry, path, "folder");
}

export function requireFile(entry: TreeEntry, path: readonly string[]): TreeEntry {
  if (isRegularFile(entry)) return entry;
  throw inTheWay(entry, path, "file");
}

function inTheWay(entry: TreeEntry, path: readonly string[], wanted: string): ForgeError {
  const what = `"${path.join("/")}" is a ${kindOf(entry)}, not a ${wanted}`;
  return new ForgeError("PointerPathInvalid", what, {
    retry: "backoff",
    hint: "Correct the Environment's gitOps.path template, or take what is in the way out of Git.",
  });
}

function kindOf(entry: TreeEntry): string {
  if (entry.mode === directoryMode) return "folder";
  if (isRegularFile(entry)) return "file";
  return entry.mode === "120000" ? "symbolic link" : "submodule";
}
