import { deflateSync } from "node:zlib";

/** To start a compressor costs more than the few bytes that it would save below this. */
const maxStored = 128;

/** RFC 1950; short data as one stored block (RFC 1951, 3.2.4). */
export function zlibStream(data: Uint8Array): Buffer {
  if (data.length > maxStored) return deflateSync(data);
  const stream = Buffer.alloc(data.length + 11);
  stream.writeUInt16BE(0x7801, 0);
  stream.writeUInt8(1, 2);
  stream.writeUInt16LE(data.length, 3);
  stream.writeUInt16LE(0xffff - data.length, 5);
  stream.set(data, 7);
  stream.writeUInt32BE(adler32(data), data.length + 7);
  return stream;
}

function adler32(data: Uint8Array): number {
  let [low, high] = [1, 0];
  for (const byte of data) {
    low = (low + byte) % 65_521;
    high = (high + low) % 65_521;
  }
  return high * 65_536 + low;
}
