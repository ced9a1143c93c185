import { ForgeError } from "../../api/index.ts";
import { type Sliced, VisitCount } from "../../concurrency/index.ts";
import { isObjectId } from "../objects/git-object.ts";
import type { FetchRequest, Ref } from "../ports.ts";
import type { Capabilities } from "./advertisement.ts";
import {
  decodePackets,
  delimiterPacket,
  encodePacket,
  flushPacket,
  packetText,
} from "./pkt-line.ts";
import { demultiplex } from "./side-band.ts";

// gitprotocol-v2, "ls-refs" and "fetch": each write… has its parse….

export function writeListRefs(
  prefixes: readonly string[],
  offered: Capabilities,
  agent: string,
): Buffer {
  return Buffer.concat([
    ...writeCommand("ls-refs", offered, agent),
    delimiterPacket,
    ...prefixes.map((prefix) => encodePacket(`ref-prefix ${prefix}\n`)),
    flushPacket,
  ]);
}

export function* parseListRefs(body: Buffer): Sliced<Ref[]> {
  const refs: Ref[] = [];
  const visits = new VisitCount();
  let ended = false;
  for (const packet of decodePackets(body)) {
    if (visits.visit(0)) yield;
    if (packet.kind !== "data") {
      ended = packet.kind === "flush";
      continue;
    }
    const [id = "", name = ""] = packetText(packet.data).split(" ");
    if (!isObjectId(id) || name === "") {
      throw new ForgeError("GitProtocol", "the git server's list of refs is malformed");
    }
    refs.push({ name, id });
  }
  // Without the flush a list cut short would read as branches that do not exist.
  if (!ended) throw new ForgeError("GitProtocol", "the git server's list of refs is cut short");
  return refs;
}

/** Whether the server leaves out what a request's filter excludes. */
export function mayFilter(offered: Capabilities): boolean {
  return (offered.get("fetch") ?? "").split(" ").includes("filter");
}

export function writeFetch(request: FetchRequest, offered: Capabilities, agent: string): Buffer {
  const features = new Set((offered.get("fetch") ?? "").split(" "));
  const { haves = [], depth, filter, thin = true } = request;
  const isShallow = features.has("shallow");
  const lines = [
    ...(haves.length > 0 && thin ? ["thin-pack"] : []),
    "ofs-delta",
    "no-progress",
    ...(isShallow ? (request.shallow ?? []).map((id) => `shallow ${id}`) : []),
    ...(isShallow && depth !== undefined ? [`deepen ${depth}`] : []),
    ...(filter !== undefined && mayFilter(offered) ? [`filter ${filter}`] : []),
    ...request.wants.map((id) => `want ${id}`),
    ...haves.map((id) => `have ${id}`),
    "done",
  ];
  return Buffer.concat([
    ...writeCommand("fetch", offered, agent),
    delimiterPacket,
    ...lines.map((line) => encodePacket(`${line}\n`)),
    flushPacket,
  ]);
}

/** The pack in the answer. */
export function* parseFetch(body: Buffer): Sliced<Buffer> {
  const packets = decodePackets(body);
  for (const packet of packets) {
    if (packet.kind === "data" && packetText(packet.data) === "packfile") {
      return (yield* demultiplex(packets, body.length)).data;
    }
  }
  throw new ForgeError("GitProtocol", "the git server's answer has no pack");
}

function writeCommand(command: string, offered: Capabilities, agent: string): Buffer[] {
  if (!offered.has(command)) {
    throw new ForgeError("GitProtocol", `the git server does not offer ${command}`);
  }
  return [
    encodePacket(`command=${command}\n`),
    ...(offered.has("agent") ? [encodePacket(`agent=${agent}\n`)] : []),
    ...(offered.has("object-format")
      ? [encodePacket(`object-format=${offered.get("object-format")}\n`)]
      : []),
  ];
}
