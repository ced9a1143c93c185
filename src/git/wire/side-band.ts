import { ForgeError, foreignText } from "../../api/index.ts";
import { type Sliced, VisitCount } from "../../concurrency/index.ts";
import { type Packet, packetText } from "./pkt-line.ts";

/** What people may read of the server's progress lines, hook messages among them. */
const maxProgress = 2_000;

/**
 * Takes the channels of side-band-64k apart (gitprotocol-capabilities): 1 carries data, 2 text
 * for people, 3 an error that ends the answer. Stops at the first packet that is not data.
 * `maxBytes` is how much data may come: the length of the answer.
 */
export function* demultiplex(
  packets: Iterable<Packet>,
  maxBytes: number,
): Sliced<{ data: Buffer; progress: string }> {
  // One buffer: a list of the pieces, each with a header of its own, may take ten times as much.
  const data = Buffer.allocUnsafe(maxBytes);
  const visits = new VisitCount();
  let length = 0;
  let progress = "";
  for (const packet of packets) {
    if (packet.kind !== "data") break;
    const channel = packet.data[0];
    const payload = packet.data.subarray(1);
    if (channel === 1) length += payload.copy(data, length);
    else if (channel === 2) progress = withText(progress, payload);
    else if (channel === 3) {
      throw new ForgeError(
        "GitProtocol",
        `the git server says: ${foreignText(packetText(payload), 1_000)}`,
      );
    } else throw new ForgeError("GitProtocol", "the git server's answer has an unknown side-band");
    if (visits.visit(payload.length)) yield;
  }
  return { data: data.subarray(0, length), progress };
}

function withText(progress: string, payload: Buffer): string {
  if (progress.length >= maxProgress) return progress;
  return (progress + payload.toString("utf8")).slice(0, maxProgress);
}
