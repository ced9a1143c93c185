import { createHash } from "node:crypto";
import { inflateSync } from "node:zlib";
import { ForgeError } from "../../api/index.ts";
import { type Sliced, VisitCount } from "../../concurrency/index.ts";
import { applyDelta, deltaResultSize } from "./delta.ts";
import {
  type GitObject,
  gitObject,
  idLength,
  type ObjectFormat,
  type ObjectType,
} from "./git-object.ts";

export interface PackLimits {
  /** Bytes of the pack as it comes over the wire. */
  readonly packBytes: number;
  readonly objects: number;
  readonly objectBytes: number;
  /** Bytes of all objects together, inflated. */
  readonly totalBytes: number;
}

const mebibyte = 1024 * 1024;

/** Room for the trees of a monorepo with 500,000 folders; a hostile server gets no further. */
export const defaultPackLimits: PackLimits = {
  packBytes: 256 * mebibyte,
  objects: 1_000_000,
  objectBytes: 64 * mebibyte,
  totalBytes: 512 * mebibyte,
};

interface Entry {
  readonly offset: number;
  readonly type: number;
  /** Where the base is: an offset in this pack, or an object id. */
  readonly base: number | string | undefined;
  /** The object, or the delta that makes it. */
  readonly data: Uint8Array;
}

type Resolved = Omit<GitObject, "id">;

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
const hashedAtOnce = 8 * mebibyte;
/** To inflate an object of a few bytes takes as long as to hash so many. */
const objectCost = 4_096;

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
  const budget = new Budget(limits);
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
  budget: Budget,
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

/** Counts inflated bytes before they are made, so that a bomb costs nothing. */
class Budget {
  readonly #limits: PackLimits;
  readonly #work = new VisitCount();
  #left: number;

  constructor(limits: PackLimits) {
    this.#limits = limits;
    this.#left = limits.totalBytes;
  }

  inflate(input: Uint8Array, size: number): { data: Uint8Array; consumed: number } {
    this.#take(size);
    try {
      // chunkSize one above the size: zlib's default of 16 KiB for each small object, kept alive
      // by the slice that is returned, costs more memory than all objects together.
      const result = inflateSync(input, {
        info: true,
        chunkSize: Math.max(64, size + 1),
        maxOutputLength: Math.max(1, size),
      }) as unknown as { buffer: Buffer; engine: { bytesWritten: number } };
      if (result.buffer.length !== size)
        throw malformed("has an object of another size than it says");
      return { data: result.buffer, consumed: result.engine.bytesWritten };
    } catch (error) {
      if (error instanceof ForgeError) throw error;
      throw new ForgeError("GitProtocol", "the pack has an object that does not inflate", {
        cause: error,
      });
    }
  }

  /** Counts what is done to an object; true when the caller should yield. */
  count(bytes: number): boolean {
    return this.#work.visit(bytes + objectCost);
  }

  apply(base: Resolved, delta: Uint8Array): Resolved {
    this.#take(deltaResultSize(delta));
    return { type: base.type, data: applyDelta(base.data, delta) };
  }

  #take(size: number): void {
    if (size > this.#limits.objectBytes) {
      throw tooLarge(`an object of ${size} bytes is over the limit of ${this.#limits.objectBytes}`);
    }
    this.#left -= size;
    if (this.#left < 0)
      throw tooLarge(`the objects are over ${this.#limits.totalBytes} bytes together`);
  }
}

function malformed(what: string): ForgeError {
  return new ForgeError("GitProtocol", `the pack ${what}`);
}

function tooLarge(what: string): ForgeError {
  return new ForgeError("SourceTooLarge", `git: ${what}`);
}
