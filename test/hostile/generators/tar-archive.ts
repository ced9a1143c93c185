import { gzipSync } from "node:zlib";

const block = 512;

export interface TarEntry {
  readonly name: string;
  readonly content?: Buffer;
  /** Claimed by the header; the content's when absent. */
  readonly size?: number;
  /** As ustar writes it: 0 a file, 2 a link, 5 a folder, x and L what precedes a file. */
  readonly type?: string;
  readonly link?: string;
  /** Raw bytes of the size field. */
  readonly sizeField?: Buffer;
}

/** A header of POSIX ustar; its checksum is right. */
export function tarHeader({
  name,
  content,
  size,
  type = "0",
  link = "",
  sizeField,
}: TarEntry): Buffer {
  const header = Buffer.alloc(block);
  header.write(name.slice(0, 100), 0);
  header.write("0000644\0", 100);
  header.write("0000000\0".repeat(2), 108);
  header.write(`${(size ?? content?.length ?? 0).toString(8).padStart(11, "0").slice(-11)} `, 124);
  sizeField?.copy(header, 124, 0, 12);
  header.write("00000000000 ", 136);
  header.write("        ", 148);
  header.write(type, 156);
  header.write(link.slice(0, 100), 157);
  header.write("ustar\x0000", 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return header;
}

export function tarOf(entries: readonly TarEntry[], end: Buffer = Buffer.alloc(2 * block)): Buffer {
  const parts = entries.flatMap((entry) => {
    const content = entry.content ?? Buffer.alloc(0);
    const padding = Buffer.alloc((block - (content.length % block)) % block);
    return [tarHeader(entry), content, padding];
  });
  return Buffer.concat([...parts, end]);
}

const member = gzipSync(Buffer.alloc(8 * 1024 * 1024), { level: 9 });

/** A gzip of so many pieces of eight mebibytes of zeros: members stand behind one another. */
export function gzipOfZeros(pieces: number): Buffer {
  return Buffer.concat(Array.from({ length: pieces }, () => member));
}
