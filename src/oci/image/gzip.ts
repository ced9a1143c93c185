import { promisify } from "node:util";
import { gunzip as nodeGunzip } from "node:zlib";
import { gzipSync } from "fflate";
import { imageInvalid } from "../image-errors.ts";

const inflateBounded = promisify(nodeGunzip);

/** Position of the OS byte in the header, and "unknown" (RFC 1952 section 2.3.1). */
const osOffset = 9;
const osUnknown = 255;

/**
 * Compresses to bytes that depend on the input alone. Node's zlib is not used: its output differs
 * between versions of Node and between processors.
 */
export function gzip(bytes: Uint8Array): Uint8Array {
  const compressed = gzipSync(bytes, { level: 6, mtime: 0 });
  compressed[osOffset] = osUnknown;
  return compressed;
}

/** Inflates to at most `limit` bytes. Throws ImageInvalid with `what` it is. */
export async function gunzip(bytes: Uint8Array, limit: number, what: string): Promise<Uint8Array> {
  try {
    return await inflateBounded(bytes, { maxOutputLength: limit });
  } catch (cause) {
    const tooLarge = (cause as { code?: unknown }).code === "ERR_BUFFER_TOO_LARGE";
    const why = tooLarge ? `inflates to more than ${limit} bytes` : "is no gzip";
    throw imageInvalid(`${what} ${why}`, cause);
  }
}
