import { ForgeError } from "../api/index.ts";
import { inSlices, type VisitLimits } from "../concurrency/index.ts";
import { listFiles } from "./list-files.ts";
import type { Commit } from "./objects/commit.ts";
import { formatOf } from "./objects/git-object.ts";
import { ObjectStore } from "./objects/object-store.ts";
import { pathSegmentProblem } from "./objects/path-segment.ts";
import { directoryMode, submoduleMode, symlinkMode } from "./objects/tree.ts";
import { findEntry } from "./objects/tree-bytes.ts";
import type { GitRemote } from "./ports.ts";

export interface FolderRequest {
  /** 40 hex digits. */
  readonly commit: string;
  /** From the repository's root, without leading slash; "" or "." is the root. */
  readonly folder: string;
  /** Which files to read, by their path inside the folder. */
  readonly wanted: (path: string) => boolean;
  readonly limits?: {
    readonly files?: number;
    readonly totalBytes?: number;
    /** Limits of the walk through its folders; see list-files.ts. */
    readonly visits?: VisitLimits;
  };
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
  const { commit, found, store } = await listed(remote, request, signal);
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
  return { commit, files, submodules: found.submodules };
}

/** The wanted files, and a store of those alone that came with the trees. */
async function listed(remote: GitRemote, request: FolderRequest, signal: AbortSignal) {
  const limits = { ...defaultLimits, ...request.limits };
  const all = new ObjectStore();
  await remote.fetch({ wants: [request.commit], depth: 1, filter: "blob:none" }, all, signal);
  const { author, committer, message, tree } = all.commit(request.commit);
  const found = await inSlices(
    listFiles(all, {
      root: findFolder(all, tree, request),
      where: where(request),
      wanted: request.wanted,
      maxFiles: limits.files,
      visits: limits.visits,
    }),
    signal,
  );
  // The other objects must not stay in memory while the server answers the next request.
  const store = new ObjectStore();
  for (const { id } of found.files) {
    const object = all.get(id);
    if (object !== undefined) store.put(object);
  }
  return { commit: { author, committer, message }, found, store };
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
    const entry = findEntry(store.treeData(tree), segment, formatOf(tree));
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

function where(request: FolderRequest): string {
  return `folder "${request.folder}" at commit ${request.commit.slice(0, 12)}`;
}
