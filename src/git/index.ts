export { branchNameProblem } from "./objects/branch-name.ts";
export { type Commit, encodeCommit, type Signature } from "./objects/commit.ts";
export { type GitObject, gitObject } from "./objects/git-object.ts";
export { ObjectStore } from "./objects/object-store.ts";
export { pathSegmentProblem } from "./objects/path-segment.ts";
export {
  directoryMode,
  encodeTree,
  fileMode,
  isRegularFile,
  type TreeEntry,
} from "./objects/tree.ts";
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
