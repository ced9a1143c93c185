import { ForgeError } from "../../api/index.ts";
import type { Sliced } from "../../concurrency/index.ts";
import type { FetchRequest } from "../ports.ts";
import type { Capabilities } from "./advertisement.ts";
import { decodePackets, encodePacket, flushPacket, type Packet, packetText } from "./pkt-line.ts";
import { demultiplex } from "./side-band.ts";

// gitprotocol-pack, "Packfile Negotiation", as a single stateless request (gitprotocol-http), for
// servers that do not speak version 2. Refs come with the advertisement.

export function writeFetchV0(request: FetchRequest, offered: Capabilities, agent: string): Buffer {
  const band = ["side-band-64k", "side-band"].find((name) => offered.has(name));
  if (band === undefined) {
    throw new ForgeError("GitProtocol", "the git server does not offer side-band");
  }
  const { haves = [], shallow = [], depth, thin = true } = request;
  const isShallow = offered.has("shallow");
  const filter = mayFilterV0(offered) ? request.filter : undefined;
  const capabilities = [
    band,
    "ofs-delta",
    "no-progress",
    // Some servers answer nobody who does not know it.
    ...["multi_ack_detailed", "multi_ack"].filter((name) => offered.has(name)).slice(0, 1),
    ...(haves.length > 0 && thin ? ["thin-pack"] : []),
    ...(filter === undefined ? [] : ["filter"]),
    ...(offered.has("object-format") ? [`object-format=${offered.get("object-format")}`] : []),
    ...(offered.has("agent") ? [`agent=${agent}`] : []),
  ].join(" ");
  const lines = [
    ...request.wants.map((id, index) => `want ${id}${index === 0 ? ` ${capabilities}` : ""}`),
    ...(isShallow ? shallow.map((id) => `shallow ${id}`) : []),
    ...(isShallow && depth !== undefined ? [`deepen ${depth}`] : []),
    ...(filter === undefined ? [] : [`filter ${filter}`]),
  ];
  return Buffer.concat([
    ...lines.map((line) => encodePacket(`${line}\n`)),
    flushPacket,
    ...haves.map((id) => encodePacket(`have ${id}\n`)),
    encodePacket("done\n"),
  ]);
}

/** The pack behind the lines of the negotiation. */
export function* parseFetchV0(body: Buffer): Sliced<Buffer> {
  return (yield* demultiplex(packetsOfPack(body), body.length)).data;
}

/** What is left out of a fetch has to be asked for by its id later: only then is it of use. */
export function mayFilterV0(offered: Capabilities): boolean {
  return (
    offered.has("filter") &&
    offered.has("allow-tip-sha1-in-want") &&
    offered.has("allow-reachable-sha1-in-want")
  );
}

function* packetsOfPack(body: Buffer): Generator<Packet> {
  let negotiating = true;
  for (const packet of decodePackets(body)) {
    if (negotiating) {
      if (packet.kind !== "data") continue;
      if (/^(shallow|unshallow|ACK|NAK)( |$)/.test(packetText(packet.data))) continue;
      negotiating = false;
    }
    yield packet;
  }
  if (negotiating) throw new ForgeError("GitProtocol", "the git server's answer has no pack");
}
