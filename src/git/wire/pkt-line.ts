import { ForgeError, foreignText } from "../../api/index.ts";

// gitprotocol-common, "pkt-line format": four hex digits of length, which count themselves.

export type Packet =
  | { readonly kind: "data"; readonly data: Buffer }
  | { readonly kind: "flush" | "delimiter" | "response-end" };

export const flushPacket = Buffer.from("0000");
export const delimiterPacket = Buffer.from("0001");

const maxPayload = 65_516;
/** Two million refs, or a pack of 256 MiB in pieces of 128 bytes: servers send 1,000 or 65,515. */
const maxPackets = 2_000_000;
const special = ["flush", "delimiter", "response-end"] as const;

export function encodePacket(payload: string | Uint8Array): Buffer {
  const data = Buffer.from(payload);
  if (data.length > maxPayload) throw new RangeError("a pkt-line holds at most 65516 bytes");
  return Buffer.concat([Buffer.from((data.length + 4).toString(16).padStart(4, "0")), data]);
}

/**
 * Throws GitProtocol when the bytes end inside a packet, or hold something else; SourceTooLarge
 * when there are more packets than any answer needs.
 */
export function* decodePackets(bytes: Buffer): Generator<Packet> {
  let packets = 0;
  let offset = 0;
  while (offset < bytes.length) {
    packets += 1;
    if (packets > maxPackets) {
      throw new ForgeError("SourceTooLarge", `the git server sends over ${maxPackets} pkt-lines`);
    }
    const length = lengthAt(bytes, offset);
    const kind = special[length];
    if (kind !== undefined) {
      yield { kind };
      offset += 4;
      continue;
    }
    if (length < 4 || offset + length > bytes.length) {
      throw new ForgeError("GitProtocol", "the git server's answer ends inside a pkt-line");
    }
    const data = bytes.subarray(offset + 4, offset + length);
    refuseErrorPacket(data);
    yield { kind: "data", data };
    offset += length;
  }
}

/** Four hex digits; read by hand, since there may be a million of them. */
function lengthAt(bytes: Buffer, offset: number): number {
  let length = 0;
  for (let at = offset; at < offset + 4; at++) {
    const digit = hexDigit(bytes[at] ?? 0);
    if (digit < 0) {
      throw new ForgeError("GitProtocol", "the git server's answer is not made of pkt-lines");
    }
    length = length * 16 + digit;
  }
  return length;
}

function hexDigit(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : -1;
}

/** The text of a packet without its line end. */
export function packetText(data: Buffer): string {
  return data.toString("utf8").replace(/\n$/, "");
}

/** Any packet that begins with "ERR " ends the conversation (gitprotocol-common). */
function refuseErrorPacket(data: Buffer): void {
  if (data[0] !== 0x45 || data.toString("latin1", 0, 4) !== "ERR ") return;
  const message = foreignText(packetText(data.subarray(4, 1024)), 1_000);
  if (/not our ref/i.test(message)) {
    throw new ForgeError("CommitNotFound", `the git server says: ${message}`);
  }
  throw new ForgeError("GitProtocol", `the git server says: ${message}`);
}
