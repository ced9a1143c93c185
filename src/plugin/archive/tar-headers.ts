import { invalid } from "../application-folder.ts";

export const blockBytes = 512;

export interface TarHeader {
  /** As the archive has it. */
  readonly name: string;
  readonly size: number;
  readonly type: "file" | "folder" | "long-name" | "extended" | "extended-for-all" | "other";
}

const types: Readonly<Record<string, TarHeader["type"]>> = {
  "0": "file",
  "\0": "file",
  "5": "folder",
  L: "long-name",
  x: "extended",
  g: "extended-for-all",
};

/** Reads a header of POSIX ustar, or of GNU tar. @throws ForgeError ApplicationInvalid */
export function readHeader(header: Buffer): TarHeader {
  if (octal(header, 148, 8) !== checksumOf(header)) {
    throw invalid("the archive from Argo CD has a header with a wrong checksum");
  }
  const name = field(header, 0, 100);
  // GNU tar keeps times where ustar has the prefix.
  const isUstar = header.toString("latin1", 257, 263) === "ustar\0";
  const prefix = isUstar ? field(header, 345, 155) : "";
  return {
    name: prefix === "" ? name : `${prefix}/${name}`,
    size: octal(header, 124, 12),
    type: types[String.fromCharCode(header[156] ?? 0)] ?? "other",
  };
}

/** The value of a key in a pax extended header (POSIX pax, "pax Header Block"). */
export function extendedValue(body: Buffer, wanted: string): string | undefined {
  let found: string | undefined;
  let at = 0;
  while (at < body.byteLength) {
    const space = body.indexOf(0x20, at);
    const length = space === -1 ? Number.NaN : Number(body.toString("latin1", at, space));
    const isWhole = Number.isInteger(length) && length > 0 && at + length <= body.byteLength;
    if (!isWhole) throw invalid("the archive from Argo CD has a broken extended header");
    const record = body.toString("utf8", space + 1, at + length - 1);
    const equals = record.indexOf("=");
    if (record.slice(0, equals) === wanted) found = record.slice(equals + 1);
    at += length;
  }
  return found;
}

/** Up to the first NUL. */
export function field(header: Buffer, start: number, length: number): string {
  const end = header.indexOf(0, start);
  return header.toString(
    "utf8",
    start,
    end === -1 ? start + length : Math.min(end, start + length),
  );
}

function octal(header: Buffer, start: number, length: number): number {
  const match = /^ *([0-7]{1,12})[\0 ]*$/.exec(header.toString("latin1", start, start + length));
  if (match === null) throw invalid("the archive from Argo CD has a header that is none");
  return Number.parseInt(match[1] ?? "", 8);
}

/** Sum of all bytes, those of the checksum itself taken as spaces. */
function checksumOf(header: Buffer): number {
  let sum = 8 * 0x20;
  for (let index = 0; index < blockBytes; index++) {
    if (index < 148 || index >= 156) sum += header[index] ?? 0;
  }
  return sum;
}
