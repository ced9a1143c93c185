import { createHash } from "node:crypto";
import { deflateSync } from "node:zlib";
import type { GitObject } from "./git-object.ts";

const typeNumbers = { commit: 1, tree: 2, blob: 3, tag: 4 } as const;

/** A pack, version 2, of whole objects without deltas (gitformat-pack). */
export function writePack(objects: readonly GitObject[]): Buffer {
  const header = Buffer.alloc(12);
  header.write("PACK");
  header.writeUInt32BE(2, 4);
  header.writeUInt32BE(objects.length, 8);
  const parts: Buffer[] = [header];
  for (const { type, data } of objects) {
    parts.push(entryHeader(typeNumbers[type], data.length), deflateSync(data));
  }
  const hash = createHash("sha1");
  for (const part of parts) hash.update(part);
  return Buffer.concat([...parts, hash.digest()]);
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
