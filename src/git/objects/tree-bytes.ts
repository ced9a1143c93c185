import { idLength, type ObjectFormat } from "./git-object.ts";
import { decodeMode, encodeEntry, malformedTree, sortKey, type TreeEntry } from "./tree.ts";

// Looks and edits in the bytes of a tree. A folder of 5,000 entries is decoded in milliseconds and
// looked through in a tenth of one; and what is not touched stays as it is, names in whatever
// encoding and modes of old versions of git among it.

/** An entry, and the bytes that it takes up. */
export interface FoundEntry extends TreeEntry {
  readonly start: number;
  readonly end: number;
}

const space = 0x20;
const slash = 0x2f;

/** The entry of this name. Throws GitProtocol when the bytes are not a tree. */
export function findEntry(
  data: Uint8Array,
  name: string,
  format: ObjectFormat,
): FoundEntry | undefined {
  const wanted = Buffer.from(name);
  const ids = idLength(format);
  let found: FoundEntry | undefined;
  for (let start = 0; start < data.length; ) {
    const nameStart = endOfMode(data, start) + 1;
    const nameEnd = endOfName(data, nameStart);
    const end = nameEnd + 1 + ids;
    if (end > data.length) throw malformedTree("is cut short");
    if (nameEnd - nameStart === wanted.length && startsWith(data, nameStart, wanted)) {
      if (found !== undefined) throw malformedTree(`has the name "${name}" twice`);
      const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
      const mode = decodeMode(bytes.toString("latin1", start, nameStart - 1));
      found = { mode, name, id: bytes.toString("hex", nameEnd + 1, end), start, end };
    }
    start = end;
  }
  return found;
}

/** Names of all entries; what is not UTF-8 comes with replacement characters. */
export function entryNames(data: Uint8Array, format: ObjectFormat): string[] {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const names: string[] = [];
  for (let start = 0; start < data.length; ) {
    const nameStart = endOfMode(data, start) + 1;
    const nameEnd = endOfName(data, nameStart);
    names.push(bytes.toString("utf8", nameStart, nameEnd));
    start = nameEnd + 1 + idLength(format);
  }
  return names;
}

/** The entries of a tree, in whatever encoding its names are. */
export function* treeChildren(
  data: Uint8Array,
  format: ObjectFormat,
): Generator<{ readonly id: string; readonly isFolder: boolean }> {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  for (let start = 0; start < data.length; ) {
    const nameEnd = endOfName(data, endOfMode(data, start) + 1);
    const end = nameEnd + 1 + idLength(format);
    yield { id: bytes.toString("hex", nameEnd + 1, end), isFolder: isFolderAt(data, start) };
    start = end;
  }
}

/** A change of one range of bytes: `inserted` takes the place of what is from start to end. */
export interface Splice {
  readonly start: number;
  readonly end: number;
  readonly inserted: Uint8Array;
}

/** What puts the entry into the tree, in the place of `present` if that is there. */
export function placeEntry(
  data: Uint8Array,
  entry: TreeEntry,
  present: FoundEntry | undefined,
  format: ObjectFormat,
): Splice {
  const inserted = encodeEntry(entry);
  if (present !== undefined) return { start: present.start, end: present.end, inserted };
  const start = insertionPoint(data, sortKey(entry), format);
  return { start, end: start, inserted };
}

export function applySplice(data: Uint8Array, { start, end, inserted }: Splice): Buffer {
  return Buffer.concat([data.subarray(0, start), inserted, data.subarray(end)]);
}

/** Where the first entry begins that sorts behind the key. */
function insertionPoint(data: Uint8Array, key: Uint8Array, format: ObjectFormat): number {
  for (let start = 0; start < data.length; ) {
    const nameStart = endOfMode(data, start) + 1;
    const nameEnd = endOfName(data, nameStart);
    if (sortsBehind(data, nameStart, nameEnd, isFolderAt(data, start), key)) return start;
    start = nameEnd + 1 + idLength(format);
  }
  return data.length;
}

/** "40000" and the "040000" of old versions: no other mode begins so. */
function isFolderAt(data: Uint8Array, start: number): boolean {
  return data[start] === 0x34 || data[start] === 0x30;
}

function sortsBehind(
  data: Uint8Array,
  nameStart: number,
  nameEnd: number,
  isFolder: boolean,
  key: Uint8Array,
): boolean {
  for (let index = 0; ; index++) {
    const at = nameStart + index;
    const theirs = at < nameEnd ? (data[at] ?? 0) : isFolder && at === nameEnd ? slash : -1;
    const ours = key[index] ?? -1;
    if (theirs !== ours) return theirs > ours;
    if (theirs < 0) return false;
  }
}

function endOfMode(data: Uint8Array, start: number): number {
  for (let at = start; at < start + 7; at++) if (data[at] === space) return at;
  throw malformedTree(data.length - start < 7 ? "is cut short" : "has a malformed mode");
}

function endOfName(data: Uint8Array, start: number): number {
  for (let at = start; at < data.length; at++) {
    if (data[at] !== 0) continue;
    if (at === start) throw malformedTree("has a malformed name");
    return at;
  }
  throw malformedTree("is cut short");
}

function startsWith(data: Uint8Array, start: number, wanted: Uint8Array): boolean {
  for (let index = 0; index < wanted.length; index++) {
    if (data[start + index] !== wanted[index]) return false;
  }
  return true;
}
