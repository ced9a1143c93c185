import { ForgeError } from "../api/index.ts";
import { encodeCommit, type GitObject, gitObject } from "../git/index.ts";
import type { BranchHead } from "./branch-head.ts";
import { commitMessage } from "./commit-message.ts";
import { isLaterDeployment } from "./deployment-order.ts";
import { pointerFolder } from "./pointer-path.ts";
import type { CommitRequest, PointerFormat } from "./ports.ts";
import { findFile, writeFile } from "./tree-edit.ts";

export type BuildOutcome =
  /** `first` is false for a request that repeats an earlier one of the same batch. */
  | { readonly kind: "built"; readonly commit: string; readonly first: boolean }
  /** The head carries this deployment already. */
  | { readonly kind: "present" }
  | { readonly kind: "refused"; readonly error: ForgeError };

export interface Build {
  /** The last commit; the head itself when nothing was built. */
  readonly tip: string | undefined;
  readonly objects: readonly GitObject[];
  /** One for each request, in their order. */
  readonly outcomes: readonly BuildOutcome[];
}

/** The segments of a request's pointer file. Throws PointerPathInvalid. */
export function pointerPath(request: CommitRequest, format: PointerFormat): string[] {
  return [...pointerFolder(request.deployment, request.pathTemplate), format.fileName];
}

/** Blobs of the pointer files that the requests edit and the store lacks. */
export function missingBlobs(
  head: BranchHead,
  requests: readonly CommitRequest[],
  format: PointerFormat,
): string[] {
  const root = rootOf(head);
  const blobs = requests.map((request) => {
    try {
      return findFile(head.store, root, pointerPath(request, format));
    } catch (error) {
      refusalOf(error);
      return undefined;
    }
  });
  return [...new Set(blobs)].filter((id) => id !== undefined).filter((id) => !head.store.has(id));
}

/**
 * Builds a commit for each request, one on the other, on top of the head. Every request is asked
 * against the tree it would change; one that is refused leaves no trace and stops no other.
 */
export function buildCommits(
  head: BranchHead,
  requests: readonly CommitRequest[],
  format: PointerFormat,
  time: string,
): Build {
  const objects: GitObject[] = [];
  const builtBy = new Map<string, string>();
  let tip = head.id;
  let root = rootOf(head);

  const build = (request: CommitRequest): BuildOutcome => {
    const { deployment, author } = request;
    const path = pointerPath(request, format);
    const present = findFile(head.store, root, path);
    const before = present === undefined ? undefined : readText(head, present, path.join("/"));
    const standing = before === undefined ? undefined : format.deploymentOf(before, path.join("/"));
    if (isLaterDeployment(standing, deployment.id)) {
      // Another controller went on from here while this request waited, or lost a race.
      const said = `${path.join("/")} holds ${standing}, which came after ${deployment.id}`;
      throw new ForgeError("DeploymentSuperseded", said);
    }
    if (before !== undefined && standing === deployment.id) {
      const commit = builtBy.get(deployment.id);
      return commit === undefined ? { kind: "present" } : { kind: "built", commit, first: false };
    }
    const after =
      before === undefined
        ? format.create(deployment)
        : format.edit(before, deployment, path.join("/"));
    const blob = gitObject("blob", Buffer.from(after));
    const trees = writeFile(head.store, root, path, blob.id);
    const tree = trees.at(-1)?.id ?? "";
    const signature = { ...author, time };
    const commit = encodeCommit({
      tree,
      parents: tip === undefined ? [] : [tip],
      author: signature,
      committer: signature,
      message: commitMessage(deployment),
    });
    for (const object of [blob, ...trees, commit]) {
      head.store.put(object);
      objects.push(object);
    }
    [tip, root] = [commit.id, tree];
    builtBy.set(deployment.id, commit.id);
    return { kind: "built", commit: commit.id, first: true };
  };

  const outcomes = requests.map((request): BuildOutcome => {
    try {
      return build(request);
    } catch (error) {
      return { kind: "refused", error: refusalOf(error) };
    }
  });
  return { tip, objects, outcomes };
}

export function rootOf(head: BranchHead): string | undefined {
  return head.id === undefined ? undefined : head.store.commit(head.id).tree;
}

export function readText(head: BranchHead, blob: string, path: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(head.store.blob(blob));
  } catch (error) {
    if (error instanceof ForgeError) throw error;
    throw new ForgeError("PointerFileInvalid", `${path}: the file is not UTF-8`);
  }
}

/** What concerns one request alone; anything else (a missing object, a fault of ours) is thrown on. */
function refusalOf(error: unknown): ForgeError {
  const codes = [
    "DeploymentSuperseded",
    "PointerFileInvalid",
    "PointerPathInvalid",
    "InvalidObject",
  ];
  if (error instanceof ForgeError && codes.includes(error.code)) return error;
  throw error;
}
