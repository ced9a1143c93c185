import { createHash } from "node:crypto";
import type { Sliced } from "../../concurrency/index.ts";
import {
  type GitObject,
  gitObject,
  idLength,
  type ObjectFormat,
  type ObjectType,
} from "./git-object.ts";
import {
  defaultPackLimits,
  malformed,
  PackBudget,
  type PackLimits,
  type Resolved,
  tooLarge,
} from "./pack-budget.ts";

interface Entry {
  readonly offset: number;
  readonly type: number;
  /** Where the base is: an offset in this pack, or an object id. */
  readonly base: number | string | undefined;
  /** The object, or the delta that makes it. */
  readonly data: Uint8Array;
}

const objectTypes: readonly (ObjectType | undefined)[] = [
  undefined,
  "commit",
  "tree",
  "blob",
  "tag",
];
const offsetDelta = 6;
const referenceDelta = 7;
const headerBytes = 12;
const hashedAtOnce = 8 * 1024 * 1024;

/**
 * Reads a pack (gitformat-pack, version 2): checks its checksum, resolves deltas in whatever order
 * they stand, and computes every object's id from its bytes. Bases that a thin pack leaves out
 * come from `baseOf`. The work is in proportion to the bytes of the pack and its objects, whatever
 * their order. Objects for which `isKept` is false are let go as soon as they are read, as are
 * deltas on them. Throws SourceTooLarge beyond the limits, GitProtocol for malformed packs.
 */
export function* readPack(
  pack: Uint8Array,
  limits: PackLimits = defaultPackLimits,
  baseOf: (id: string) => GitObject | undefined = () => undefined,
  format: ObjectFormat = "sha1",
  isKept: (object: GitObject) => boolean = () => true,
): Sliced<GitObject[]> {
  const bytes = Buffer.from(pack.buffer, pack.byteOffset, pack.byteLength);
  const count = yield* checkFrame(bytes, limits, format);
  const budget = new PackBudget(limits);
  const end = bytes.length - idLength(format);
  const objects: GitObject[] = [];
  const byOffset = new Map<number, Resolved>();
  const byId = new Map<string, Resolved>();
  const waiting = new Map<number | string, Entry[]>();
  let areAllKept = true;

  function* settle(first: Entry, firstObject: Resolved): Sliced<void> {
    const ready: [Entry, Resolved][] = [[first, firstObject]];
    for (let next = ready.pop(); next !== undefined; next = ready.pop()) {
      const [entry, { type, data }] = next;
      const object = gitObject(type, data, format);
      if (budget.count(data.length)) yield;
      if (!isKept(object)) {
        areAllKept = false;
        continue;
      }
      objects.push(object);
      byOffset.set(entry.offset, object);
      byId.set(object.id, object);
      for (const key of [entry.offset, object.id]) {
        for (const child of waiting.get(key) ?? []) {
          ready.push([child, budget.apply(object, child.data)]);
          if (budget.count(child.data.length)) yield;
        }
        waiting.delete(key);
      }
    }
  }

  let offset = headerBytes;
  for (let index = 0; index < count; index++) {
    const { entry, next } = readEntry(bytes, offset, end, budget, idLength(format));
    if (budget.count(entry.data.length)) yield;
    offset = next;
    const type = objectTypes[entry.type];
    if (type !== undefined) {
      yield* settle(entry, { type, data: entry.data });
      continue;
    }
    const key = entry.base ?? 0;
    const base = typeof key === "number" ? byOffset.get(key) : (byId.get(key) ?? baseOf(key));
    if (base !== undefined) yield* settle(entry, budget.apply(base, entry.data));
    else {
      const others = waiting.get(key);
      if (others === undefined) waiting.set(key, [entry]);
      else others.push(entry);
    }
  }
  if (offset !== end) throw malformed("has bytes after its last object");
  const [missing] = waiting.keys();
  if (missing !== undefined && areAllKept)
    throw malformed(`has a delta whose base is missing (${missing})`);
  return objects;
}

/** The number of objects, once header and checksum are found right. */
function* checkFrame(bytes: Buffer, limits: PackLimits, format: ObjectFormat): Sliced<number> {
  const checksumBytes = idLength(format);
  if (bytes.length > limits.packBytes) throw tooLarge(`the pack is over ${limits.packBytes} bytes`);
  if (bytes.length < headerBytes + checksumBytes || bytes.toString("latin1", 0, 4) !== "PACK") {
    throw malformed("is cut short");
  }
  if (bytes.readUInt32BE(4) !== 2) throw malformed(`has version ${bytes.readUInt32BE(4)}, not 2`);
  const hash = createHash(format);
  for (let at = 0; at < bytes.length - checksumBytes; at += hashedAtOnce) {
    hash.update(bytes.subarray(at, Math.min(at + hashedAtOnce, bytes.length - checksumBytes)));
    yield;
  }
  if (!hash.digest().equals(bytes.subarray(-checksumBytes)))
    throw malformed("does not match its checksum");
  const count = bytes.readUInt32BE(8);
  if (count > limits.objects)
    throw tooLarge(`the pack has ${count} objects, over ${limits.objects}`);
  return count;
}

function readEntry(
  bytes: Buffer,
  offset: number,
  end: number,
  budget: PackBudget,
  idBytes: number,
): { entry: Entry; next: number } {
  let position = offset;
  const nextByte = (): number => {
    if (position >= end) throw malformed("is cut short");
    return bytes[position++] ?? 0;
  };
  let byte = nextByte();
  const type = (byte >> 4) & 7;
  let size = byte & 0x0f;
  for (let scale = 16; byte & 0x80; scale *= 128) {
    byte = nextByte();
    size += (byte & 0x7f) * scale;
    if (!Number.isSafeInteger(size)) throw malformed("has an object of impossible size");
  }
  let base: number | string | undefined;
  if (type === offsetDelta) {
    byte = nextByte();
    let distance = byte & 0x7f;
    while (byte & 0x80) {
      byte = nextByte();
      distance = (distance + 1) * 128 + (byte & 0x7f);
    }
    base = offset - distance;
    if (base < headerBytes || base >= offset) throw malformed("has a delta outside its bounds");
  } else if (type === referenceDelta) {
    if (position + idBytes > end) throw malformed("is cut short");
    base = bytes.toString("hex", position, position + idBytes);
    position += idBytes;
  } else if (objectTypes[type] === undefined) {
    throw malformed(`has an object of unknown type ${type}`);
  }
  const { data, consumed } = budget.inflate(bytes.subarray(position, end), size);
  return { entry: { offset, type, base, data }, next: position + consumed };
}
