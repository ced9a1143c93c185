import { ForgeError, foreignText } from "../../api/index.ts";
import { formatOf, type GitObject, gitObject, idLength, type ObjectFormat } from "./git-object.ts";

// The modes git writes, in octal without leading zeros (gitformat: "tree" objects).
export const directoryMode = "40000";
export const fileMode = "100644";
export const executableMode = "100755";
export const symlinkMode = "120000";
export const submoduleMode = "160000";

export interface TreeEntry {
  readonly mode: string;
  readonly name: string;
  readonly id: string;
}

export function isRegularFile(entry: Pick<TreeEntry, "mode">): boolean {
  // 100664 stands in trees written by very old versions of git.
  return entry.mode === fileMode || entry.mode === executableMode || entry.mode === "100664";
}

/** The tree of these entries, in git's order whatever theirs. An empty one is of SHA-1. */
export function encodeTree(entries: readonly TreeEntry[]): GitObject {
  const sorted = entries
    .map((entry) => ({ entry, key: sortKey(entry) }))
    .toSorted((left, right) => Buffer.compare(left.key, right.key));
  const parts = sorted.map(({ entry }) => encodeEntry(entry));
  return gitObject("tree", Buffer.concat(parts), formatOf(entries[0]?.id ?? ""));
}

export function encodeEntry({ mode, name, id }: TreeEntry): Buffer {
  return Buffer.concat([Buffer.from(`${mode} ${name}\0`), Buffer.from(id, "hex")]);
}

/** Throws GitProtocol when the bytes are not a tree, or a name is not UTF-8. */
export function decodeTree(data: Uint8Array, format: ObjectFormat = "sha1"): TreeEntry[] {
  return [...treeEntries(data, format)];
}

/** As decodeTree, one entry at a time: a tree may have a million. */
export function* treeEntries(data: Uint8Array, format: ObjectFormat): Generator<TreeEntry> {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  let offset = 0;
  while (offset < bytes.length) {
    const space = bytes.indexOf(0x20, offset);
    const end = space < 0 ? -1 : bytes.indexOf(0, space + 1);
    const next = end + 1 + idLength(format);
    if (end < 0 || next > bytes.length) throw malformedTree("is cut short");
    // A mode has six digits: a longer one is not worth its copy.
    const mode = decodeMode(bytes.toString("latin1", offset, Math.min(space, offset + 7)));
    const name = bytes.subarray(space + 1, end);
    if (name.length === 0 || name.includes(0x2f)) throw malformedTree("has a malformed name");
    yield { mode, name: decodeName(name), id: bytes.toString("hex", end + 1, next) };
    offset = next;
  }
}

export function decodeMode(mode: string): string {
  if (!/^[0-7]{5,6}$/.test(mode)) throw malformedTree("has a malformed mode");
  return mode === "040000" ? directoryMode : mode;
}

/** Git sorts by bytes, and a directory as if its name ended in a slash. */
export function sortKey(entry: Pick<TreeEntry, "mode" | "name">): Buffer {
  return Buffer.from(entry.mode === directoryMode ? `${entry.name}/` : entry.name);
}

/** A name in another encoding would come out changed when the tree is written again. */
function decodeName(bytes: Buffer): string {
  const name = bytes.toString("utf8");
  if (name.includes("\ufffd") && !Buffer.from(name).equals(bytes)) {
    throw malformedTree(`has a name that is not UTF-8 ("${foreignText(name, 100)}")`);
  }
  return name;
}

export function malformedTree(what: string): ForgeError {
  return new ForgeError("GitProtocol", `a tree in the repository ${what}`);
}
