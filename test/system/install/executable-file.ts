/** Reads an executable file without any program that made it. */
import { createHash } from "node:crypto";

interface Header {
  readonly format: "ELF" | "Mach-O" | "PE";
  readonly architecture: "amd64" | "arm64" | undefined;
}

type Machines = Readonly<Record<number, Header["architecture"]>>;

const elfMachines: Machines = { 62: "amd64", 183: "arm64" };
const machOMachines: Machines = { 0x01_00_00_07: "amd64", 0x01_00_00_0c: "arm64" };
const peMachines: Machines = { 0x86_64: "amd64", 0xaa_64: "arm64" };

/** @throws Error for a file that is none of the three */
export function readHeader(file: Buffer): Header {
  if (file.readUInt32BE(0) === 0x7f_45_4c_46) {
    return { format: "ELF", architecture: elfMachines[file.readUInt16LE(18)] };
  }
  if (file.readUInt32LE(0) === 0xfe_ed_fa_cf) {
    return { format: "Mach-O", architecture: machOMachines[file.readUInt32LE(4)] };
  }
  const at = file.readUInt32LE(0x3c);
  if (file.toString("latin1", 0, 2) === "MZ" && file.toString("latin1", at, at + 4) === "PE\0\0") {
    return { format: "PE", architecture: peMachines[file.readUInt16LE(at + 4)] };
  }
  throw new Error("no executable");
}

/** Whether Node starts the program inside instead of itself. */
export function isFuseSet(file: Buffer): boolean {
  const fuse = "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2";
  return file.includes(`${fuse}:1`) && !file.includes(`${fuse}:0`);
}

/** Whether there is what Node looks for at its start: a mark, and soon after it the program's name. */
export function hasProgram(file: Buffer, name: string): boolean {
  const mark = Buffer.from([0x20, 0xda, 0x43, 0x01]);
  for (let at = file.indexOf(mark); at !== -1; at = file.indexOf(mark, at + 1)) {
    if (file.subarray(at, at + 64).includes(name)) return true;
  }
  return false;
}

const signatureCommand = 0x1d;
const segmentCommand = 0x19;
const codeDirectory = 0xfa_de_0c_02;

/** Offset of each load command of a Mach-O file. */
function* loadCommands(file: Buffer): Generator<{ command: number; at: number }> {
  let at = 32;
  for (let left = file.readUInt32LE(16); left > 0; left--) {
    yield { command: file.readUInt32LE(at), at };
    at += file.readUInt32LE(at + 4);
  }
}

/**
 * Names the faults of a Mach-O file's signature, as the kernel of macOS checks it: it lies at
 * the end of the last segment, and has the hash of every page before it.
 */
export function signatureFaults(file: Buffer): string[] {
  const commands = [...loadCommands(file)];
  const command = commands.find((one) => one.command === signatureCommand);
  if (command === undefined) return ["there is no signature"];
  const start = file.readUInt32LE(command.at + 8);
  const end = start + file.readUInt32LE(command.at + 12);
  const faults = end === file.length ? [] : ["something follows the signature"];
  const segments = commands.filter((one) => one.command === segmentCommand);
  const last = segments.at(-1)?.at ?? 0;
  const lastEnd = file.readBigUInt64LE(last + 40) + file.readBigUInt64LE(last + 48);
  if (lastEnd !== BigInt(end)) faults.push("the last segment does not end with the signature");
  const parts = Array.from(
    { length: file.readUInt32BE(start + 8) },
    (_, index) => start + file.readUInt32BE(start + 16 + 8 * index),
  );
  const directory = parts.find((at) => file.readUInt32BE(at) === codeDirectory);
  if (directory === undefined) return [...faults, "the signature has no code directory"];
  const [hashes, pages, limit] = [16, 28, 32].map((at) => file.readUInt32BE(directory + at)) as [
    number,
    number,
    number,
  ];
  const pageSize = 2 ** file.readUInt8(directory + 39);
  if (limit !== start) faults.push("the signature does not cover all that is before it");
  if (pages !== Math.ceil(limit / pageSize)) faults.push("there is not one hash for each page");
  for (let page = 0; page < pages; page++) {
    const content = file.subarray(page * pageSize, Math.min((page + 1) * pageSize, limit));
    const at = directory + hashes + 32 * page;
    const stated = file.subarray(at, at + 32);
    if (createHash("sha256").update(content).digest().equals(stated)) continue;
    return [...faults, `page ${page} has another hash`];
  }
  return faults;
}
