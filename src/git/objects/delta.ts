import { ForgeError } from "../../api/index.ts";

/** The length of the object that a delta makes, read without applying it. */
export function deltaResultSize(delta: Uint8Array): number {
  return readSize(delta, readSize(delta, 0).next).value;
}

/** Applies a delta (gitformat-pack, "Deltified representation"). */
export function applyDelta(base: Uint8Array, delta: Uint8Array): Uint8Array {
  const baseSize = readSize(delta, 0);
  const resultSize = readSize(delta, baseSize.next);
  if (baseSize.value !== base.length) throw malformed("is for a base of another length");
  const result = new Uint8Array(resultSize.value);
  let written = 0;
  let offset = resultSize.next;
  const append = (from: Uint8Array, start: number, length: number) => {
    if (length === 0 || start + length > from.length || written + length > result.length) {
      throw malformed("reaches beyond its bounds");
    }
    result.set(from.subarray(start, start + length), written);
    written += length;
  };
  while (offset < delta.length) {
    const instruction = byteAt(delta, offset++);
    if ((instruction & 0x80) === 0) {
      append(delta, offset, instruction);
      offset += instruction;
      continue;
    }
    let start = 0;
    let length = 0;
    for (let index = 0; index < 4; index++) {
      if (instruction & (1 << index)) start += byteAt(delta, offset++) * 2 ** (8 * index);
    }
    for (let index = 0; index < 3; index++) {
      if (instruction & (0x10 << index)) length += byteAt(delta, offset++) * 2 ** (8 * index);
    }
    append(base, start, length === 0 ? 0x10000 : length);
  }
  if (written !== result.length) throw malformed("makes fewer bytes than it says");
  return result;
}

function readSize(bytes: Uint8Array, start: number): { value: number; next: number } {
  let value = 0;
  for (let index = 0; index < 7; index++) {
    const byte = byteAt(bytes, start + index);
    value += (byte & 0x7f) * 2 ** (7 * index);
    if ((byte & 0x80) === 0) return { value, next: start + index + 1 };
  }
  throw malformed("has a size beyond 49 bits");
}

function byteAt(bytes: Uint8Array, offset: number): number {
  const byte = bytes[offset];
  if (byte === undefined) throw malformed("is cut short");
  return byte;
}

function malformed(what: string): ForgeError {
  return new ForgeError("GitProtocol", `a delta in the pack ${what}`);
}
