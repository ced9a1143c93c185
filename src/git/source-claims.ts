/**
 * What somebody says of a commit, held against the repository: is it what a tag points at, and is
 * it in the history of a branch? Nothing is walked without a bound: the history between the commit
 * and the head of the branch is asked for as one pack of commits alone, with a limit.
 */
import { ForgeError } from "../api/index.ts";
import { inSlices, type Sliced, VisitCount } from "../concurrency/index.ts";
import { ObjectStore } from "./objects/object-store.ts";
import type { GitRemote } from "./ports.ts";

/** Tags of tags, which git allows; nobody nests them deep. */
const maxTagDepth = 5;
const mebibyte = 1024 * 1024;
/** Some 100,000 commits between a release and the head of its branch. */
const historyLimits = { packBytes: 32 * mebibyte, totalBytes: 64 * mebibyte, objects: 100_000 };

/** The commit that a tag points at, lightweight or annotated; undefined when there is none. */
export async function commitOfTag(
  remote: GitRemote,
  tag: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  let id = await findRef(remote, `refs/tags/${tag}`, signal);
  if (id === undefined) return undefined;
  const store = new ObjectStore();
  await remote.fetch({ wants: [id], depth: 1, filter: "tree:0" }, store, signal);
  for (let depth = 0; depth < maxTagDepth; depth++) {
    const object = store.get(id);
    if (object?.type === "commit") return id;
    // git-mktag: the first line of a tag is `object <id>`.
    const target =
      object?.type === "tag" ? /^object ([0-9a-f]+)\n/.exec(textOf(object.data)) : null;
    if (target?.[1] === undefined) return undefined;
    id = target[1];
  }
  return undefined;
}

export type Containment = "contained" | "not contained" | "no such branch" | "too far";

/** Whether the head of a branch has the commit in its history, or is it. */
export async function isOnBranch(
  remote: GitRemote,
  branch: string,
  commit: string,
  signal: AbortSignal,
): Promise<Containment> {
  const head = await findRef(remote, `refs/heads/${branch}`, signal);
  if (head === undefined) return "no such branch";
  if (head === commit) return "contained";
  const store = new ObjectStore();
  try {
    // All that the head reaches and the commit does not: the commit itself is named as a parent at
    // the edge of it, or is in another line of history.
    await remote.fetch(
      { wants: [head], haves: [commit], filter: "tree:0", limits: historyLimits },
      store,
      signal,
    );
  } catch (error) {
    if (error instanceof ForgeError && error.code === "SourceTooLarge") return "too far";
    throw error;
  }
  const reached = await inSlices(reaches(store, head, commit), signal);
  return reached ? "contained" : "not contained";
}

/** Whether a commit of the store, or a parent at its edge, is the one. Each is visited once. */
function* reaches(store: ObjectStore, head: string, commit: string): Sliced<boolean> {
  const visits = new VisitCount();
  const seen = new Set([head]);
  const open = [head];
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    for (const parent of store.commit(id).parents) {
      if (parent === commit) return true;
      if (visits.visit(0)) yield;
      if (seen.has(parent) || !store.has(parent)) continue;
      seen.add(parent);
      open.push(parent);
    }
  }
  return false;
}

async function findRef(
  remote: GitRemote,
  name: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const refs = await remote.listRefs([name], signal);
  return refs.find((ref) => ref.name === name)?.id;
}

function textOf(data: Uint8Array): string {
  return new TextDecoder().decode(data.subarray(0, 200));
}
