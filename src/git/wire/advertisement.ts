import { ForgeError } from "../../api/index.ts";
import { decodePackets, packetText } from "./pkt-line.ts";

/** Capability names with their values; "" for those that have none. */
export type Capabilities = ReadonlyMap<string, string>;

/** Reads what a server offers over protocol v2 (gitprotocol-v2, "Capability Advertisement"). */
export function parseUploadAdvertisement(body: Buffer): Capabilities {
  const lines = dataLines(body).filter((line) => !line.startsWith("# service="));
  if (lines[0] !== "version 2") {
    throw new ForgeError("GitProtocol", "the git server does not speak protocol version 2");
  }
  return checkObjectFormat(toMap(lines.slice(1)));
}

/** Reads what a server offers for pushes: the list behind the NUL of the first ref's line. */
export function parseReceiveAdvertisement(body: Buffer): Capabilities {
  const [first = ""] = dataLines(body).filter((line) => !line.startsWith("# service="));
  const [, list] = first.split("\0");
  if (list === undefined) {
    throw new ForgeError("GitProtocol", "the git server offers no capabilities for a push");
  }
  const capabilities = checkObjectFormat(toMap(list.trim().split(" ")));
  if (!capabilities.has("report-status")) {
    throw new ForgeError("GitProtocol", "the git server does not offer report-status");
  }
  return capabilities;
}

function dataLines(body: Buffer): string[] {
  const lines: string[] = [];
  for (const packet of decodePackets(body)) {
    if (packet.kind === "data") lines.push(packetText(packet.data));
  }
  return lines;
}

function toMap(items: readonly string[]): Capabilities {
  return new Map(
    items.map((item) => {
      const equals = item.indexOf("=");
      return equals < 0 ? [item, ""] : [item.slice(0, equals), item.slice(equals + 1)];
    }),
  );
}

function checkObjectFormat(capabilities: Capabilities): Capabilities {
  const format = capabilities.get("object-format") ?? "sha1";
  if (format === "sha1") return capabilities;
  throw new ForgeError(
    "GitProtocol",
    `the repository's object format is ${format}; forge reads sha1 only`,
    {
      retry: "never",
      hint: "Use a repository that was created with --object-format=sha1.",
    },
  );
}
