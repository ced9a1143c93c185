export { branchNameProblem } from "./objects/branch-name.ts";
export { type Commit, encodeCommit, type Signature } from "./objects/commit.ts";
export { spliceDelta } from "./objects/delta-writer.ts";
export { formatOf, type GitObject, gitObject, type ObjectFormat } from "./objects/git-object.ts";
export { ObjectStore } from "./objects/object-store.ts";
export { readPack } from "./objects/pack-reader.ts";
export type { PackedObject } from "./objects/pack-writer.ts";
export { pathSegmentProblem } from "./objects/path-segment.ts";
export {
  directoryMode,
  encodeTree,
  fileMode,
  isRegularFile,
  type TreeEntry,
} from "./objects/tree.ts";
export {
  applySplice,
  entryNames,
  type FoundEntry,
  findEntry,
  placeEntry,
  type Splice,
} from "./objects/tree-bytes.ts";
export type {
  FetchRequest,
  GitRemote,
  PushRequest,
  PushResult,
  Ref,
  RemoteOptions,
} from "./ports.ts";
export { type Folder, type FolderFile, type FolderRequest, readFolder } from "./read-folder.ts";
export { openRemote } from "./remote.ts";
export { type Containment, commitOfTag, isOnBranch } from "./source-claims.ts";
