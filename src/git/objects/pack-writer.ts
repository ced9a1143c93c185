import { createHash } from "node:crypto";
import type { GitObject, ObjectFormat } from "./git-object.ts";
import { zlibStream } from "./zlib-stream.ts";

/** An object as what has to be changed in another one, its base. */
export interface DeltaObject {
  readonly id: string;
  readonly base: string;
  readonly delta: Uint8Array;
}

export type PackedObject = GitObject | DeltaObject;

const typeNumbers = { commit: 1, tree: 2, blob: 3, tag: 4 } as const;
const referenceDelta = 7;

/** A pack, version 2 (gitformat-pack); thin when it leaves out the base of a delta. */
export function writePack(objects: readonly PackedObject[], format: ObjectFormat = "sha1"): Buffer {
  const header = Buffer.alloc(12);
  header.write("PACK");
  header.writeUInt32BE(2, 4);
  header.writeUInt32BE(objects.length, 8);
  const parts: Buffer[] = [header];
  for (const object of objects) {
    if ("delta" in object) {
      const { base, delta } = object;
      parts.push(entryHeader(referenceDelta, delta.length), Buffer.from(base, "hex"));
      parts.push(zlibStream(delta));
    } else {
      const { type, data } = object;
      parts.push(entryHeader(typeNumbers[type], data.length), zlibStream(data));
    }
  }
  const hash = createHash(format);
  for (const part of parts) hash.update(part);
  return Buffer.concat([...parts, hash.digest()]);
}

/** The bases that the deltas of a pack need from outside it. */
export function missingBases(objects: readonly PackedObject[]): Set<string> {
  const bases = objects.flatMap((object) => ("delta" in object ? [object.base] : []));
  const inside = new Set(objects.map(({ id }) => id));
  return new Set(bases.filter((id) => !inside.has(id)));
}

/** Three bits of type and four of size, then seven bits of size a byte, low bits first. */
function entryHeader(type: number, size: number): Buffer {
  const bytes = [(type << 4) | (size & 0x0f)];
  for (let rest = Math.floor(size / 16); rest > 0; rest = Math.floor(rest / 128)) {
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) | 0x80;
    bytes.push(rest & 0x7f);
  }
  return Buffer.from(bytes);
}
