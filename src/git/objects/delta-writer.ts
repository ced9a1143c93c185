import type { Splice } from "./tree-bytes.ts";

const maxCopy = 0xff_ff_ff;
const maxInsert = 0x7f;

/** The delta of one splice in a base of this many bytes (gitformat-pack, "Deltified representation"). */
export function spliceDelta(baseLength: number, { start, end, inserted }: Splice): Buffer {
  const length = baseLength - (end - start) + inserted.length;
  const parts = [writeSize(baseLength), writeSize(length), ...copies(0, start)];
  for (let at = 0; at < inserted.length; at += maxInsert) {
    const piece = inserted.subarray(at, at + maxInsert);
    parts.push(Buffer.from([piece.length]), Buffer.from(piece));
  }
  return Buffer.concat([...parts, ...copies(end, baseLength)]);
}

function copies(from: number, to: number): Buffer[] {
  const parts: Buffer[] = [];
  for (let start = from; start < to; start += maxCopy) {
    parts.push(copy(start, Math.min(maxCopy, to - start)));
  }
  return parts;
}

/** Up to four bytes of offset and three of length, zeros left out, as the first byte's bits say. */
function copy(start: number, length: number): Buffer {
  let instruction = 0x80;
  const bytes: number[] = [];
  for (const [value, count, firstBit] of [
    [start, 4, 0x01],
    [length, 3, 0x10],
  ] as const) {
    for (let index = 0; index < count; index++) {
      const byte = Math.floor(value / 2 ** (8 * index)) & 0xff;
      if (byte === 0) continue;
      instruction |= firstBit << index;
      bytes.push(byte);
    }
  }
  return Buffer.from([instruction, ...bytes]);
}

function writeSize(size: number): Buffer {
  const bytes: number[] = [];
  let rest = size;
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest & 0x7f) | 0x80);
  return Buffer.from([...bytes, rest]);
}
