import { type GitRemote, ObjectStore } from "../../git/index.ts";
import { findFile } from "../branch/find-file.ts";
import { isErrorCode } from "../error-code.ts";
import type { CommitLog } from "./commit-log.ts";

/** A file that a commit changed. */
export interface WantedFile {
  readonly commit: string;
  readonly tree: string;
  readonly path: readonly string[];
}

/** Wanted files, and commits of the log, that one request asks for. */
const maxFiles = 100;
const maxCommits = 1_000;
/** Whatever else these commits brought is left out when it is larger. */
const filter = "blob:limit=65536";

/**
 * The texts of files as commits of the log left them, by commit; those that a commit did not
 * change, or that are not there, are left out. `wanted` is in the order of the log. What the
 * server is asked for is what stands between two places of the log: changed folders and files of
 * those commits alone, which are let go before the next.
 */
export async function readCommittedFiles(
  remote: GitRemote,
  log: CommitLog,
  wanted: readonly WantedFile[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const texts = new Map<string, string>();
  for (const { files, wants, haves } of partition(log, wanted)) {
    const store = new ObjectStore();
    await remote.fetch({ wants, haves, thin: false, filter }, store, signal);
    for (const file of files) {
      const blob = findChanged(store, file);
      if (blob !== undefined) texts.set(file.commit, Buffer.from(blob).toString("utf8"));
    }
  }
  return texts;
}

interface Part {
  readonly files: readonly WantedFile[];
  /** Tips of the log up to its end. */
  readonly wants: readonly string[];
  /** Tips of the log before its beginning, and what lies beyond the log. */
  readonly haves: readonly string[];
}

function* partition({ commits }: CommitLog, wanted: readonly WantedFile[]): Generator<Part> {
  const byCommit = new Map(wanted.map((file) => [file.commit, file]));
  const inLog = new Set(commits.map(({ id }) => id));
  const tips = new Set<string>();
  let files: WantedFile[] = [];
  let haves = new Set<string>();
  let length = 0;
  const part = (): Part => {
    const wants = [...tips].filter((id) => !haves.has(id));
    return { files, wants, haves: [...haves] };
  };
  for (const { id, parents } of commits) {
    const file = byCommit.get(id);
    if (files.length === 0 && file !== undefined) {
      [haves, length] = [new Set(tips), 0];
    }
    for (const parent of parents) {
      tips.delete(parent);
      if (!inLog.has(parent)) haves.add(parent);
    }
    tips.add(id);
    if (file !== undefined) files.push(file);
    if (files.length === 0) continue;
    length++;
    if (files.length < maxFiles && length < maxCommits) continue;
    yield part();
    files = [];
  }
  if (files.length > 0) yield part();
}

/** undefined where the path leads through what the commit did not change, and so was not sent. */
function findChanged(store: ObjectStore, { tree, path }: WantedFile): Uint8Array | undefined {
  try {
    const id = findFile(store, tree, path);
    return id === undefined ? undefined : store.blob(id);
  } catch (error) {
    if (isErrorCode(error, "GitProtocol", "PointerPathInvalid")) return undefined;
    throw error;
  }
}
