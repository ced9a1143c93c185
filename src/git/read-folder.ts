import { ForgeError } from "../api/index.ts";
import type { Commit } from "./objects/commit.ts";
import { ObjectStore } from "./objects/object-store.ts";
import { pathSegmentProblem } from "./objects/path-segment.ts";
import {
  directoryMode,
  isRegularFile,
  submoduleMode,
  symlinkMode,
  type TreeEntry,
} from "./objects/tree.ts";
import type { GitRemote } from "./ports.ts";

export interface FolderRequest {
  /** 40 hex digits. */
  readonly commit: string;
  /** From the repository's root, without leading slash; "" or "." is the root. */
  readonly folder: string;
  /** Which files to read, by their path inside the folder. */
  readonly wanted: (path: string) => boolean;
  readonly limits?: { readonly files?: number; readonly totalBytes?: number };
}

export interface FolderFile {
  /** Inside the folder, with slashes. */
  readonly path: string;
  readonly content: Uint8Array;
}

export interface Folder {
  readonly commit: Omit<Commit, "tree" | "parents">;
  /** Sorted by path, in code unit order. */
  readonly files: readonly FolderFile[];
  /** Submodules inside the folder: their content is elsewhere, and was not read. */
  readonly submodules: readonly string[];
}

const defaultLimits = { files: 2_000, totalBytes: 16 * 1024 * 1024 };
/** Deeper than any real repository; a tree cannot hold itself, but a chain can be long. */
const maxDepth = 100;

/**
 * The wanted files of a folder at a commit, with the commit's author and message. Two requests:
 * the trees of that one commit, then the wanted blobs alone (a server without filters sends all
 * blobs with the first). Throws CommitNotFound; NoManifests when the folder or a wanted file in it
 * is missing; InvalidManifest for symbolic links; SourceTooLarge beyond the limits.
 */
export async function readFolder(
  remote: GitRemote,
  request: FolderRequest,
  signal: AbortSignal,
): Promise<Folder> {
  const limits = { ...defaultLimits, ...request.limits };
  const store = new ObjectStore();
  await remote.fetch({ wants: [request.commit], depth: 1, filter: "blob:none" }, store, signal);
  const { author, committer, message, tree } = store.commit(request.commit);
  const found = listFiles(store, findFolder(store, tree, request), request, limits.files);

  const wants = [...new Set(found.files.map(({ id }) => id).filter((id) => !store.has(id)))];
  if (wants.length > 0) {
    // Twice, since a pack's deltas count beside what they make; the exact count follows below.
    await remote.fetch({ wants, limits: { totalBytes: 2 * limits.totalBytes } }, store, signal);
  }
  let left = limits.totalBytes;
  const files = found.files.map(({ path, id }) => {
    const content = store.blob(id);
    left -= content.length;
    if (left < 0) {
      throw new ForgeError(
        "SourceTooLarge",
        `${where(request)} holds over ${limits.totalBytes} bytes`,
      );
    }
    return { path, content };
  });
  return { commit: { author, committer, message }, files, submodules: found.submodules };
}

function findFolder(store: ObjectStore, root: string, request: FolderRequest): string {
  const trimmed = request.folder.replace(/^(\.\/)+/, "").replace(/\/+$/, "");
  const segments = trimmed === "" || trimmed === "." ? [] : trimmed.split("/");
  let tree = root;
  for (const segment of segments) {
    const problem = pathSegmentProblem(segment);
    if (problem !== undefined) {
      throw new ForgeError("InvalidObject", `${where(request)}: a part of the path ${problem}`);
    }
    const entry = store.tree(tree).find(({ name }) => name === segment);
    if (entry?.mode === symlinkMode || entry?.mode === submoduleMode) {
      const kind = entry.mode === symlinkMode ? "symbolic link" : "submodule";
      throw new ForgeError(
        "InvalidManifest",
        `${where(request)} leads through the ${kind} "${segment}"`,
      );
    }
    if (entry?.mode !== directoryMode) {
      throw new ForgeError("NoManifests", `${where(request)} does not exist`);
    }
    tree = entry.id;
  }
  return tree;
}

function listFiles(
  store: ObjectStore,
  root: string,
  request: FolderRequest,
  maxFiles: number,
): { files: { path: string; id: string }[]; submodules: string[] } {
  const files: { path: string; id: string }[] = [];
  const submodules: string[] = [];
  const visit = (tree: string, prefix: string, depth: number) => {
    if (depth > maxDepth) {
      throw new ForgeError(
        "SourceTooLarge",
        `${where(request)} is deeper than ${maxDepth} folders`,
      );
    }
    for (const entry of store.tree(tree)) {
      const path = prefix + entry.name;
      if (entry.mode === directoryMode) {
        refuseName(entry, request);
        visit(entry.id, `${path}/`, depth + 1);
      } else if (entry.mode === submoduleMode) submodules.push(path);
      else if (request.wanted(path)) files.push(wantedFile(entry, path, request));
      if (files.length > maxFiles) {
        throw new ForgeError("SourceTooLarge", `${where(request)} holds over ${maxFiles} files`);
      }
    }
  };
  visit(root, "", 0);
  if (files.length === 0)
    throw new ForgeError("NoManifests", `${where(request)} holds no manifests`);
  files.sort((left, right) => (left.path < right.path ? -1 : 1));
  return { files, submodules };
}

function wantedFile(
  entry: TreeEntry,
  path: string,
  request: FolderRequest,
): { path: string; id: string } {
  refuseName(entry, request);
  if (isRegularFile(entry)) return { path, id: entry.id };
  throw new ForgeError("InvalidManifest", `${where(request)}: "${path}" is a symbolic link`, {
    hint: "Put the file itself in the place of the link.",
  });
}

function refuseName(entry: TreeEntry, request: FolderRequest): void {
  const problem = pathSegmentProblem(entry.name);
  if (problem === undefined) return;
  throw new ForgeError("InvalidManifest", `${where(request)}: the name "${entry.name}" ${problem}`);
}

function where(request: FolderRequest): string {
  return `folder "${request.folder}" at commit ${request.commit.slice(0, 12)}`;
}
