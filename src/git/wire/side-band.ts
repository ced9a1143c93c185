import { ForgeError } from "../../api/index.ts";
import { type Packet, packetText } from "./pkt-line.ts";

/** What people may read of the server's progress lines, hook messages among them. */
const maxProgress = 2_000;

/**
 * Takes the channels of side-band-64k apart (gitprotocol-capabilities): 1 carries data, 2 text
 * for people, 3 an error that ends the answer. Stops at the first packet that is not data.
 */
export function demultiplex(packets: Iterable<Packet>): { data: Buffer; progress: string } {
  const parts: Buffer[] = [];
  let progress = "";
  for (const packet of packets) {
    if (packet.kind !== "data") break;
    const channel = packet.data[0];
    const payload = packet.data.subarray(1);
    if (channel === 1) parts.push(payload);
    else if (channel === 2) progress = (progress + payload.toString("utf8")).slice(0, maxProgress);
    else if (channel === 3) {
      throw new ForgeError(
        "GitProtocol",
        `the git server says: ${packetText(payload).slice(0, 1000)}`,
      );
    } else throw new ForgeError("GitProtocol", "the git server's answer has an unknown side-band");
  }
  return { data: Buffer.concat(parts), progress };
}
