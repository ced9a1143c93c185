import { ForgeError } from "../../api/index.ts";
import { type GitObject, gitObject } from "./git-object.ts";

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

export function isRegularFile(entry: TreeEntry): boolean {
  // 100664 stands in trees written by very old versions of git.
  return entry.mode === fileMode || entry.mode === executableMode || entry.mode === "100664";
}

/** The tree of these entries, in git's order whatever theirs. */
export function encodeTree(entries: readonly TreeEntry[]): GitObject {
  const sorted = entries
    .map((entry) => ({ entry, key: sortKey(entry) }))
    .toSorted((left, right) => Buffer.compare(left.key, right.key));
  const parts = sorted.flatMap(({ entry }) => [
    Buffer.from(`${entry.mode} ${entry.name}\0`),
    Buffer.from(entry.id, "hex"),
  ]);
  return gitObject("tree", Buffer.concat(parts));
}

/** Throws GitProtocol when the bytes are not a tree, or a name is not UTF-8. */
export function decodeTree(data: Uint8Array): TreeEntry[] {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const entries: TreeEntry[] = [];
  let offset = 0;
  while (offset < bytes.length) {
    const space = bytes.indexOf(0x20, offset);
    const end = space < 0 ? -1 : bytes.indexOf(0, space + 1);
    const next = end + 21;
    if (end < 0 || next > bytes.length) throw malformed("is cut short");
    const mode = bytes.toString("latin1", offset, space);
    if (!/^[0-7]{5,6}$/.test(mode)) throw malformed("has a malformed mode");
    const name = bytes.subarray(space + 1, end);
    if (name.length === 0 || name.includes(0x2f)) throw malformed("has a malformed name");
    entries.push({
      mode: mode === "040000" ? directoryMode : mode,
      name: decodeName(name),
      id: bytes.toString("hex", end + 1, next),
    });
    offset = next;
  }
  return entries;
}

/** Git sorts by bytes, and a directory as if its name ended in a slash. */
function sortKey(entry: TreeEntry): Buffer {
  return Buffer.from(entry.mode === directoryMode ? `${entry.name}/` : entry.name);
}

/** A name in another encoding would come out changed when the tree is written again. */
function decodeName(bytes: Buffer): string {
  const name = bytes.toString("utf8");
  if (name.includes("\ufffd") && !Buffer.from(name).equals(bytes)) {
    throw malformed(`has a name that is not UTF-8 ("${name}")`);
  }
  return name;
}

function malformed(what: string): ForgeError {
  return new ForgeError("GitProtocol", `a tree in the repository ${what}`);
}
