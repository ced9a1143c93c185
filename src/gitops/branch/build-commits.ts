import { ForgeError } from "../../api/index.ts";
import { encodeCommit, gitObject, type PackedObject } from "../../git/index.ts";
import { commitMessage } from "../history/commit-message.ts";
import { pointerFolder } from "../pointer/pointer-path.ts";
import type { CommitRequest, PointerFormat } from "../ports.ts";
import type { BranchHead } from "./branch-head.ts";
import { type PinnedState, refuseConflict, refuseOutdated } from "./conflict.ts";
import { TreeDraft } from "./tree-draft.ts";

export type BuildOutcome =
  /** `first` is false for a request that repeats an earlier one of the same batch. */
  | { readonly kind: "built"; readonly commit: string; readonly first: boolean }
  /** The head carries this deployment already. */
  | { readonly kind: "present" }
  | { readonly kind: "refused"; readonly error: ForgeError };

export interface Build {
  /** The last commit; the head itself when nothing was built. */
  readonly tip: string | undefined;
  readonly objects: readonly PackedObject[];
  /** One for each request, in their order. */
  readonly outcomes: readonly BuildOutcome[];
  /** Call it once the tip is the head: the store then holds the tip in the place of the head. */
  settle(): void;
}

/** A request, and what its pointer file said at the first look at the server behind its arrival. */
export interface Buildable {
  readonly request: CommitRequest;
  /** Monotonic, as BranchHead.shownAt. */
  readonly arrivedAt: number;
  basis: PinnedState | undefined;
}

/** The segments of a request's pointer file. Throws PointerPathInvalid. */
export function pointerPath(request: CommitRequest, format: PointerFormat): string[] {
  return [...pointerFolder(request.deployment, request.pathTemplate), format.fileName];
}

export function beginDraft(head: BranchHead): TreeDraft {
  return new TreeDraft(head.store, rootOf(head), head.format);
}

/** Blobs of the pointer files that the requests edit and the store lacks. */
export function missingBlobs(
  head: BranchHead,
  draft: TreeDraft,
  requests: readonly CommitRequest[],
  format: PointerFormat,
): string[] {
  const blobs = requests.map((request) => {
    try {
      return draft.find(pointerPath(request, format));
    } catch (error) {
      refusalOf(error);
      return undefined;
    }
  });
  return [...new Set(blobs)].filter((id) => id !== undefined).filter((id) => !head.store.has(id));
}

/**
 * Builds a commit for each request, one on the other, on top of the head, of which `draft` is. Every request is asked
 * against the tree it would change; one that is refused leaves no trace and stops no other.
 */
export function buildCommits(
  head: BranchHead,
  draft: TreeDraft,
  items: readonly Buildable[],
  format: PointerFormat,
  time: string,
): Build {
  const objects: PackedObject[] = [];
  const builtBy = new Map<string, string>();
  const texts = new Map<string, { before: string | undefined; after: string }>();
  let tip = head.id;
  let tipObject: ReturnType<typeof encodeCommit> | undefined;

  const build = (item: Buildable): BuildOutcome => {
    const { deployment, author } = item.request;
    const segments = pointerPath(item.request, format);
    const path = segments.join("/");
    const present = draft.find(segments);
    const before = present && (texts.get(present)?.after ?? readText(head, present, path));
    const open = before === undefined ? undefined : format.open(before, path);
    const carried = open?.carried;
    if (carried?.id === deployment.id && carried.digest === deployment.image.digest) {
      const commit = builtBy.get(deployment.id);
      return commit === undefined ? { kind: "present" } : { kind: "built", commit, first: false };
    }
    if (carried !== undefined) refuseOutdated(carried.id, deployment.id, path);
    // A file of nobody's deployment is known by its blob.
    const release = carried === undefined ? present : carried.release;
    const state = { deployment: carried?.id, digest: carried?.digest, release };
    refuseConflict(item.basis, state, deployment.id, path);
    if (head.shownAt >= item.arrivedAt) item.basis ??= state;
    const after = open === undefined ? format.create(deployment) : open.edit(deployment);
    const blob = gitObject("blob", Buffer.from(after), head.format);
    const trees = draft.write(segments, blob.id);
    const signature = { ...author, time };
    tipObject = encodeCommit({
      tree: draft.root ?? "",
      parents: tip === undefined ? [] : [tip],
      author: signature,
      committer: signature,
      message: commitMessage(deployment),
    });
    objects.push(blob, ...trees, tipObject);
    texts.set(blob.id, { before: present, after });
    tip = tipObject.id;
    builtBy.set(deployment.id, tip);
    return { kind: "built", commit: tip, first: true };
  };

  const outcomes = items.map((item): BuildOutcome => {
    try {
      return build(item);
    } catch (error) {
      return { kind: "refused", error: refusalOf(error) };
    }
  });
  const settle = () => {
    draft.settle();
    if (tipObject !== undefined && head.id !== undefined) head.store.delete(head.id);
    if (tipObject !== undefined) head.store.put(tipObject);
    for (const { before } of texts.values()) if (before !== undefined) head.store.delete(before);
    for (const [id, { after }] of texts) {
      head.store.put({ id, type: "blob", data: Buffer.from(after) });
    }
  };
  return { tip, objects, outcomes, settle };
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
  const codes = ["PointerFileInvalid", "PointerPathInvalid", "DeploymentOutdated", "InvalidObject"];
  if (error instanceof ForgeError && codes.includes(error.code)) return error;
  throw error;
}
