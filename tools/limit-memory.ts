const memorySection = 5;
const hasMaximum = 1;

/**
 * A WebAssembly module whose one memory has a maximum, in pages of 64 KiB: what grows beyond it
 * fails. Core specification 2.0, "Binary Format", "Modules".
 */
export function limitMemory(module: Uint8Array, maximum: number): Uint8Array {
  const bytes = Buffer.from(module.buffer, module.byteOffset, module.byteLength);
  for (let at = 8; at < bytes.length; ) {
    const id = bytes[at];
    const size = readUnsigned(bytes, at + 1);
    const end = size.end + size.value;
    if (id !== memorySection) {
      at = end;
      continue;
    }
    const count = readUnsigned(bytes, size.end);
    const limits = bytes[count.end];
    if (count.value !== 1 || limits !== 0) {
      throw new Error("the module has other than one memory without a maximum");
    }
    const minimum = readUnsigned(bytes, count.end + 1).value;
    if (minimum > maximum) throw new Error(`the module starts with ${minimum} pages`);
    const content = [1, hasMaximum, ...writeUnsigned(minimum), ...writeUnsigned(maximum)];
    const section = Buffer.from([memorySection, ...writeUnsigned(content.length), ...content]);
    return Buffer.concat([bytes.subarray(0, at), section, bytes.subarray(end)]);
  }
  throw new Error("the module has no memory section");
}

/** LEB128 of at most 32 bits. */
function readUnsigned(bytes: Buffer, start: number): { value: number; end: number } {
  let value = 0;
  for (let index = 0; index < 5; index++) {
    const byte = bytes.readUInt8(start + index);
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return { value, end: start + index + 1 };
  }
  throw new Error("a number in the module is too long");
}

function writeUnsigned(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest > 0 ? low + 128 : low);
  } while (rest > 0);
  return bytes;
}
