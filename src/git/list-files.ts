import { ForgeError, foreignText } from "../api/index.ts";
import { type Sliced, VisitBudget, type VisitLimits } from "../concurrency/index.ts";
import { formatOf } from "./objects/git-object.ts";
import type { ObjectStore } from "./objects/object-store.ts";
import { pathSegmentProblem } from "./objects/path-segment.ts";
import {
  directoryMode,
  isRegularFile,
  submoduleMode,
  type TreeEntry,
  treeEntries,
} from "./objects/tree.ts";

export interface ListRequest {
  /** Id of the folder's tree. */
  readonly root: string;
  /** The folder, in messages. */
  readonly where: string;
  readonly wanted: (path: string) => boolean;
  readonly maxFiles: number;
  readonly visits?: VisitLimits | undefined;
}

export interface ListedFiles {
  /** Sorted by path, in code unit order. */
  readonly files: readonly { readonly path: string; readonly id: string }[];
  readonly submodules: readonly string[];
}

/** Deeper than any real repository; a tree cannot hold itself, but a chain can be long. */
const maxDepth = 100;
/** Linux's PATH_MAX: no checkout has a longer one. */
const maxPathLength = 4_096;
/**
 * Entries of a monorepo with a million files, each counted at every path that leads to it: 40 trees
 * whose two entries are the next one have 2^40 paths.
 */
const defaultVisits: VisitLimits = { nodes: 1_000_000, bytes: 512 * 1024 * 1024 };

/** The wanted files below a tree. Throws InvalidManifest, NoManifests, SourceTooLarge. */
export function* listFiles(store: ObjectStore, request: ListRequest): Sliced<ListedFiles> {
  const { root, where, wanted, maxFiles, visits = defaultVisits } = request;
  const files: { path: string; id: string }[] = [];
  const submodules: string[] = [];
  const budget = new VisitBudget(visits, (exceeded) =>
    tooLarge(where, `leads to over ${exceeded} by all its paths`),
  );
  const open = [folderAt(store, root, "")];
  for (let folder = open.at(-1); folder !== undefined; folder = open.at(-1)) {
    const next = folder.entries.next();
    if (next.done) {
      open.pop();
      continue;
    }
    const entry = next.value;
    const path = folder.prefix + entry.name;
    if (path.length > maxPathLength) {
      throw tooLarge(where, `has a path of over ${maxPathLength} characters`);
    }
    if (budget.visit(path.length + entry.id.length)) yield;
    if (entry.mode === directoryMode) {
      refuseName(entry, where);
      if (open.length > maxDepth) throw tooLarge(where, `is deeper than ${maxDepth} folders`);
      open.push(folderAt(store, entry.id, `${path}/`));
    } else if (entry.mode === submoduleMode) submodules.push(path);
    else if (wanted(path)) files.push(wantedFile(entry, path, where));
    if (files.length + submodules.length > maxFiles) {
      throw tooLarge(where, `holds over ${maxFiles} files`);
    }
  }
  if (files.length === 0) throw new ForgeError("NoManifests", `${where} holds no manifests`);
  files.sort((left, right) => (left.path < right.path ? -1 : 1));
  return { files, submodules };
}

function folderAt(store: ObjectStore, id: string, prefix: string) {
  return { entries: treeEntries(store.treeData(id), formatOf(id)), prefix };
}

function wantedFile(entry: TreeEntry, path: string, where: string): { path: string; id: string } {
  refuseName(entry, where);
  if (isRegularFile(entry)) return { path, id: entry.id };
  throw new ForgeError("InvalidManifest", `${where}: "${foreignText(path)}" is a symbolic link`, {
    hint: "Put the file itself in the place of the link.",
  });
}

function refuseName(entry: TreeEntry, where: string): void {
  const problem = pathSegmentProblem(entry.name);
  if (problem === undefined) return;
  const name = foreignText(entry.name);
  throw new ForgeError("InvalidManifest", `${where}: the name "${name}" ${problem}`);
}

function tooLarge(where: string, what: string): ForgeError {
  return new ForgeError("SourceTooLarge", `${where} ${what}`, {
    hint: "Keep the project in a smaller folder of its own, and name that as its path.",
  });
}
