import { ForgeError, foreignText } from "../../api/index.ts";
import { atOnce } from "../../concurrency/index.ts";
import { idLength } from "../objects/git-object.ts";
import { missingBases, type PackedObject, writePack } from "../objects/pack-writer.ts";
import type { PushRequest, PushResult } from "../ports.ts";
import { type Capabilities, objectFormatOf } from "./advertisement.ts";
import { decodePackets, encodePacket, flushPacket, packetText } from "./pkt-line.ts";
import { demultiplex } from "./side-band.ts";

/** gitprotocol-pack, "Reference Update Request": the old id makes it a compare-and-swap. */
export function writePush(request: PushRequest, offered: Capabilities, agent: string): Buffer {
  const format = objectFormatOf(offered);
  const capabilities = [
    "report-status",
    ...(offered.has("side-band-64k") ? ["side-band-64k"] : []),
    ...(offered.has("object-format") ? [`object-format=${format}`] : []),
    ...(offered.has("agent") ? [`agent=${agent}`] : []),
  ];
  const noObject = "00".repeat(idLength(format));
  const command = `${request.old ?? noObject} ${request.new} ${request.ref}`;
  return Buffer.concat([
    encodePacket(`${command}\0${capabilities.join(" ")}\n`),
    flushPacket,
    writePack(objectsToSend(request, offered), format),
  ]);
}

function objectsToSend(request: PushRequest, offered: Capabilities): readonly PackedObject[] {
  const { objects, baseOf, selfContained = false } = request;
  if (!selfContained && !offered.has("no-thin")) return objects;
  const bases = [...missingBases(objects)].map((id) => {
    const base = baseOf?.(id);
    if (base === undefined) throw new RangeError(`the base ${id} of a delta is not there`);
    return base;
  });
  return [...bases, ...objects];
}

/** gitprotocol-pack, "Report Status". Throws GitProtocol when it says nothing of our ref. */
export function parsePushReport(body: Buffer, ref: string, offered: Capabilities): PushResult {
  const { data, progress } = offered.has("side-band-64k")
    ? atOnce(demultiplex(decodePackets(body), body.length))
    : { data: body, progress: "" };
  for (const packet of decodePackets(data)) {
    if (packet.kind !== "data") continue;
    const line = packetText(packet.data);
    if (line === `ok ${ref}`) return { status: "accepted" };
    const said = /^unpack (?!ok$)/.test(line)
      ? line
      : line.startsWith(`ng ${ref} `)
        ? line.slice(`ng ${ref} `.length)
        : "ok";
    if (said === "ok") continue;
    const reason = foreignText(said);
    return { status: "rejected", reason, message: withProgress(reason, progress) };
  }
  throw new ForgeError("GitProtocol", `the git server does not say what became of ${ref}`);
}

/** Hooks explain themselves on the progress channel; the reason alone says "hook declined". */
function withProgress(reason: string, progress: string): string {
  const said = foreignText(progress, 2_000);
  return said === "" ? reason : `${reason} (${said})`;
}
