/**
 * Headers of tar entries (POSIX.1-1988 ustar) that depend on the entry alone: uid and gid 0, mtime
 * 0, no names of users.
 */

/** Of a header, and what the content behind it is padded to. */
export const block = 512;

export interface TarHeader {
  /** At most 100 bytes; that of a folder ends with a slash. */
  readonly name: string;
  /** Bytes of content; 0 for all but files. */
  readonly size: number;
  /** 0644 unless given. */
  readonly mode?: number;
  /** Where a symbolic link leads, at most 100 bytes. */
  readonly linkTo?: string;
}

/** @throws TypeError for a name or link that does not fit */
export function tarHeader({ name, size, mode = 0o644, linkTo }: TarHeader): Uint8Array {
  for (const path of [name, linkTo ?? ""]) {
    if (Buffer.byteLength(path) > 100) throw new TypeError(`too long for a tar entry: ${path}`);
  }
  const header = Buffer.alloc(block);
  header.write(name, 0);
  header.write(octal(mode, 8), 100);
  header.write(octal(0, 8), 108);
  header.write(octal(0, 8), 116);
  header.write(octal(size, 12), 124);
  header.write(octal(0, 12), 136);
  header.write(typeOf(name, linkTo), 156);
  header.write(linkTo ?? "", 157);
  header.write("ustar\x0000", 257);
  header.write(octal(0, 8), 329);
  header.write(octal(0, 8), 337);
  header.write(`${checksumOf(header).toString(8).padStart(6, "0")}\0 `, 148);
  return header;
}

function typeOf(name: string, linkTo: string | undefined): string {
  if (linkTo !== undefined) return "2";
  return name.endsWith("/") ? "5" : "0";
}

/** A field of `length` bytes, the last of them NUL. */
function octal(value: number, length: number): string {
  return `${value.toString(8).padStart(length - 1, "0")}\0`;
}

/** Sum of all bytes of a header, those of the checksum itself taken as spaces. */
export function checksumOf(header: Uint8Array): number {
  let sum = 8 * 0x20;
  for (let index = 0; index < block; index++) {
    if (index < 148 || index >= 156) sum += header[index] ?? 0;
  }
  return sum;
}

/** Bytes that content of this size takes up. */
export function padded(size: number): number {
  return Math.ceil(size / block) * block;
}
