import { createHash } from "node:crypto";
import { deflateSync } from "node:zlib";
import type { GeneratedObject } from "./git-object.ts";

const typeNumbers = { commit: 1, tree: 2, blob: 3, tag: 4 } as const;
const [offsetDelta, referenceDelta] = [6, 7];

/** Three bits of type and four of size, then seven bits of size a byte (gitformat-pack). */
function entryHead(type: number, size: number): Buffer {
  const bytes = [(type << 4) | (size % 16)];
  for (let rest = Math.floor(size / 16); rest > 0; rest = Math.floor(rest / 128)) {
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) | 0x80;
    bytes.push(rest % 128);
  }
  return Buffer.from(bytes);
}

/** @param size that its head claims */
export function wholeEntry({ type, data }: GeneratedObject, size: number = data.length): Buffer {
  return Buffer.concat([entryHead(typeNumbers[type], size), deflateSync(data)]);
}

export function deltaEntry(base: string, delta: Buffer): Buffer {
  const head = entryHead(referenceDelta, delta.length);
  return Buffer.concat([head, Buffer.from(base, "hex"), deflateSync(delta)]);
}

/** @param distance bytes that lead back to its base, below 128 */
export function offsetEntry(distance: number, delta: Buffer): Buffer {
  const head = entryHead(offsetDelta, delta.length);
  return Buffer.concat([head, Buffer.from([distance]), deflateSync(delta)]);
}

/** A size in a delta: seven bits a byte, low bits first. */
export function deltaSize(size: number): Buffer {
  const bytes: number[] = [];
  let rest = size;
  for (; rest > 127; rest = Math.floor(rest / 128)) bytes.push(0x80 | (rest % 128));
  return Buffer.from([...bytes, rest]);
}

/** A delta that gives this text, whatever its base holds. */
export function literalDelta(baseSize: number, text: Buffer): Buffer {
  const pieces: Buffer[] = [];
  for (let at = 0; at < text.length; at += 127) {
    const piece = text.subarray(at, at + 127);
    pieces.push(Buffer.from([piece.length]), piece);
  }
  return Buffer.concat([deltaSize(baseSize), deltaSize(text.length), ...pieces]);
}

/** A delta that copies the first 65,536 bytes of its base so many times. */
export function copyingDelta(baseSize: number, times: number): Buffer {
  const copy = Buffer.from([0x80]);
  const copies = Array.from({ length: times }, () => copy);
  return Buffer.concat([deltaSize(baseSize), deltaSize(times * 65_536), ...copies]);
}

/** @param count that its head claims */
export function packOf(entries: readonly Buffer[], count: number = entries.length): Buffer {
  const head = Buffer.from("PACK\0\0\0\x02\0\0\0\0", "latin1");
  head.writeUInt32BE(count, 8);
  return withChecksum(Buffer.concat([head, ...entries]));
}

export function withChecksum(body: Buffer): Buffer {
  return Buffer.concat([body, createHash("sha1").update(body).digest()]);
}
