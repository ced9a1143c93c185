import { ForgeError } from "../../api/index.ts";

// gitprotocol-common, "pkt-line format": four hex digits of length, which count themselves.

export type Packet =
  | { readonly kind: "data"; readonly data: Buffer }
  | { readonly kind: "flush" | "delimiter" | "response-end" };

export const flushPacket = Buffer.from("0000");
export const delimiterPacket = Buffer.from("0001");

const maxPayload = 65_516;
const special = ["flush", "delimiter", "response-end"] as const;

export function encodePacket(payload: string | Uint8Array): Buffer {
  const data = Buffer.from(payload);
  if (data.length > maxPayload) throw new RangeError("a pkt-line holds at most 65516 bytes");
  return Buffer.concat([Buffer.from((data.length + 4).toString(16).padStart(4, "0")), data]);
}

/** Throws GitProtocol when the bytes end inside a packet, or hold something else. */
export function* decodePackets(bytes: Buffer): Generator<Packet> {
  let offset = 0;
  while (offset < bytes.length) {
    const digits = bytes.toString("latin1", offset, offset + 4);
    if (!/^[0-9a-fA-F]{4}$/.test(digits)) {
      throw new ForgeError("GitProtocol", "the git server's answer is not made of pkt-lines");
    }
    const length = Number.parseInt(digits, 16);
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

/** The text of a packet without its line end. */
export function packetText(data: Buffer): string {
  return data.toString("utf8").replace(/\n$/, "");
}

/** Any packet that begins with "ERR " ends the conversation (gitprotocol-common). */
function refuseErrorPacket(data: Buffer): void {
  if (data.toString("latin1", 0, 4) !== "ERR ") return;
  const message = packetText(data.subarray(4, 1024));
  if (/not our ref/i.test(message)) {
    throw new ForgeError("CommitNotFound", `the git server says: ${message}`);
  }
  throw new ForgeError("GitProtocol", `the git server says: ${message}`);
}
