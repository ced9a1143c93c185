import { ForgeError, foreignText } from "../../api/index.ts";
import { isObjectId, type ObjectFormat } from "../objects/git-object.ts";
import type { Ref } from "../ports.ts";
import { decodePackets, packetText } from "./pkt-line.ts";

/** Capability names with their values; "" for those that have none. */
export type Capabilities = ReadonlyMap<string, string>;

export interface Advertisement {
  /** Versions 0 and 1 are the same but for one line. */
  readonly version: 0 | 2;
  readonly capabilities: Capabilities;
  /** Every ref, in versions before 2; there they cannot be asked for in another way. */
  readonly refs: readonly Ref[];
}

/** Reads what a server offers for fetches, in whichever version of the protocol it speaks. */
export function parseUploadAdvertisement(body: Buffer): Advertisement {
  const lines = dataLines(body);
  if (lines[0] === "version 2") {
    const capabilities = toMap(lines.slice(1));
    objectFormatOf(capabilities);
    return { version: 2, capabilities, refs: [] };
  }
  return parseRefs(lines);
}

/** Reads what a server offers for pushes. */
export function parseReceiveAdvertisement(body: Buffer): Advertisement {
  const advertisement = parseRefs(dataLines(body));
  if (!advertisement.capabilities.has("report-status")) {
    throw new ForgeError("GitProtocol", "the git server does not offer report-status");
  }
  return advertisement;
}

/** Throws GitProtocol for a format that forge does not read. */
export function objectFormatOf(capabilities: Capabilities): ObjectFormat {
  const format = capabilities.get("object-format") ?? "sha1";
  if (format === "sha1" || format === "sha256") return format;
  const what = `the repository's object format is ${foreignText(format, 50)}; forge reads sha1 and sha256`;
  throw new ForgeError("GitProtocol", what, {
    retry: "never",
    hint: "Use a repository that was created with --object-format=sha1.",
  });
}

/** gitprotocol-pack, "Reference Discovery": capabilities stand behind the NUL of the first line. */
function parseRefs(lines: readonly string[]): Advertisement {
  const [first = "", ...others] = lines[0] === "version 1" ? lines.slice(1) : lines;
  // upload-pack says nothing at all of an empty repository.
  if (first === "") return { version: 0, capabilities: new Map(), refs: [] };
  const [firstRef = "", list] = first.split("\0");
  if (list === undefined) {
    throw new ForgeError("GitProtocol", "the git server does not say what it offers");
  }
  const capabilities = toMap(list.trim().split(" "));
  objectFormatOf(capabilities);
  const refs = [firstRef, ...others]
    .filter((line) => !line.startsWith("shallow "))
    .map((line) => {
      const [id = "", name = ""] = line.split(" ");
      if (!isObjectId(id) || name === "") {
        throw new ForgeError("GitProtocol", "the git server's list of refs is malformed");
      }
      return { id, name };
    })
    // An empty repository says its capabilities behind this name; tags come peeled as well.
    .filter(({ name }) => !name.endsWith("^{}"));
  return { version: 0, capabilities, refs };
}

function dataLines(body: Buffer): string[] {
  const lines: string[] = [];
  let ended = false;
  for (const packet of decodePackets(body)) {
    if (packet.kind === "data") lines.push(packetText(packet.data));
    ended = packet.kind === "flush";
  }
  // Without the flush a list cut short would read as branches that do not exist.
  if (!ended) throw new ForgeError("GitProtocol", "the git server's list of refs is cut short");
  return lines.filter((line) => !line.startsWith("# service="));
}

function toMap(items: readonly string[]): Capabilities {
  return new Map(
    items.map((item) => {
      const equals = item.indexOf("=");
      return equals < 0 ? [item, ""] : [item.slice(0, equals), item.slice(equals + 1)];
    }),
  );
}
