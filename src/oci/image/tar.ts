/**
 * Tar archives of flat regular files, and nothing else (POSIX.1-1988 ustar).
 *
 * The writer gives the same bytes for the same files: mode 0644, uid and gid 0, mtime 0, no names
 * of users. The reader keeps everything in memory and refuses what an archive of manifests never
 * has: folders, links, devices, extended headers, paths, a name twice, sizes beyond the limits.
 */
import { ForgeError } from "../../api/index.ts";
import { block, checksumOf, padded, tarHeader } from "../../archive/index.ts";
import { imageInvalid } from "../image-errors.ts";

export interface TarFile {
  readonly name: string;
  readonly content: Uint8Array;
}

export const tarLimits = {
  files: 10_000,
  bytesPerFile: 16 * 1024 * 1024,
  /** Of the archive, headers and padding included. */
  bytesInTotal: 64 * 1024 * 1024,
  /** Inflated to compressed, of archives beyond `bytesAnyRatio`: a bomb reaches 1000. */
  ratio: 100,
  bytesAnyRatio: 4 * 1024 * 1024,
} as const;

/** How large the archive in a layer of this many bytes may be. */
export function inflatedLimit(compressedBytes: number): number {
  const byRatio = Math.max(tarLimits.bytesAnyRatio, compressedBytes * tarLimits.ratio);
  return Math.min(tarLimits.bytesInTotal, byRatio);
}

const zeros = Buffer.alloc(block);
const namePattern = /^[a-z0-9][a-z0-9._-]{0,99}$/;

/** The archive, files in the order given. Throws SourceTooLarge beyond what the reader accepts. */
export function writeTar(files: readonly TarFile[]): Uint8Array {
  const total = files.reduce(
    (sum, file) => sum + block + padded(file.content.byteLength),
    2 * block,
  );
  const largest = Math.max(0, ...files.map((file) => file.content.byteLength));
  const fits =
    files.length <= tarLimits.files &&
    largest <= tarLimits.bytesPerFile &&
    total <= tarLimits.bytesInTotal;
  if (!fits) {
    throw new ForgeError(
      "SourceTooLarge",
      `${files.length} objects, the largest of ${largest} bytes, ${total} bytes in all, are too much for a release`,
    );
  }
  const archive = Buffer.alloc(total);
  let at = 0;
  for (const file of files) {
    if (!namePattern.test(file.name)) throw new TypeError(`no name for a tar entry: ${file.name}`);
    archive.set(tarHeader({ name: file.name, size: file.content.byteLength }), at);
    archive.set(file.content, at + block);
    at += block + padded(file.content.byteLength);
  }
  return archive;
}

/** Every file of an archive. Throws ImageInvalid, naming the entry. */
export function readTar(archive: Uint8Array): TarFile[] {
  const bytes = Buffer.from(archive.buffer, archive.byteOffset, archive.byteLength);
  if (bytes.byteLength > tarLimits.bytesInTotal) throw imageInvalid("the tar archive is too large");
  const files: TarFile[] = [];
  const names = new Set<string>();
  let at = 0;
  for (;;) {
    if (at + block > bytes.byteLength)
      throw imageInvalid("the tar archive ends without its end mark");
    const header = bytes.subarray(at, at + block);
    if (isZero(header)) break;
    const { name, size } = readHeader(header, files.length + 1);
    if (names.has(name)) throw imageInvalid(`tar entry "${name}" is there twice`);
    if (names.size === tarLimits.files) {
      throw imageInvalid(`tar entry "${name}" is one more than the limit of ${tarLimits.files}`);
    }
    const start = at + block;
    if (start + padded(size) > bytes.byteLength)
      throw imageInvalid(`tar entry "${name}" is cut off`);
    names.add(name);
    files.push({ name, content: bytes.subarray(start, start + size) });
    at = start + padded(size);
  }
  if (!isZero(bytes.subarray(at))) throw imageInvalid("the tar archive goes on after its end mark");
  return files;
}

function readHeader(header: Buffer, position: number): { name: string; size: number } {
  const name = field(header, 0, 100);
  const shown = name === "" ? `number ${position}` : JSON.stringify(name.slice(0, 100));
  const refuse = (why: string) => imageInvalid(`tar entry ${shown} ${why}`);
  if (!field(header, 257, 6).startsWith("ustar")) throw refuse("has no ustar header");
  if (octal(header, 148, 8) !== checksumOf(header)) throw refuse("has a wrong checksum");
  const type = String.fromCharCode(header[156] ?? 0);
  if (type !== "0" && type !== "\0")
    throw refuse(`is no regular file (type ${JSON.stringify(type)})`);
  if (field(header, 157, 100) !== "") throw refuse("is a link");
  if (field(header, 345, 155) !== "" || !namePattern.test(name)) {
    throw refuse("must have a flat name of lower-case letters, digits, dots and hyphens");
  }
  const size = octal(header, 124, 12);
  if (size === undefined) throw refuse("has no size");
  if (size > tarLimits.bytesPerFile) throw refuse(`has more than ${tarLimits.bytesPerFile} bytes`);
  return { name, size };
}

/** A text up to the first NUL; what stands behind it must be NUL as well, or it stays visible. */
function field(header: Buffer, start: number, length: number): string {
  return header.toString("latin1", start, start + length).replace(/\0+$/, "");
}

function octal(header: Buffer, start: number, length: number): number | undefined {
  const match = /^ *([0-7]{1,11})[\0 ]*$/.exec(header.toString("latin1", start, start + length));
  return match === null ? undefined : Number.parseInt(match[1] ?? "", 8);
}

function isZero(bytes: Buffer): boolean {
  for (let at = 0; at < bytes.byteLength; at += block) {
    const part = bytes.subarray(at, at + block);
    if (!part.equals(zeros.subarray(0, part.byteLength))) return false;
  }
  return true;
}
