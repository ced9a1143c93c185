/**
 * Which addresses a registry may have us connect to. What registries send (realms, redirects,
 * upload locations) is data of a stranger: link-local addresses, where clouds keep the
 * credentials of their machines, are never connected to, and a token server on another site than
 * its registry must be public.
 */
import { type LookupAddress, type LookupOptions, lookup as systemLookup } from "node:dns";
import { BlockList, isIP, isIPv6, type LookupFunction } from "node:net";
import { ForgeError } from "../../api/index.ts";

/** `any` is all but link-local addresses. */
export type Reach = "any" | "public";

const linkLocal = blockList([
  ["0.0.0.0", 8],
  ["169.254.0.0", 16],
  // Alibaba's metadata service.
  ["100.100.100.200", 32],
  ["224.0.0.0", 4],
  ["::", 128],
  ["fe80::", 10],
  ["ff00::", 8],
  // Amazon's metadata service.
  ["fd00:ec2::254", 128],
]);

const notPublic = blockList([
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["240.0.0.0", 4],
  ["::1", 128],
  ["fc00::", 7],
]);

function blockList(ranges: readonly (readonly [string, number])[]): BlockList {
  const list = new BlockList();
  for (const [net, prefix] of ranges) list.addSubnet(net, prefix, isIPv6(net) ? "ipv6" : "ipv4");
  return list;
}

/** Why an address must not be connected to; undefined when it may. */
export function refusal(address: string, reach: Reach): string | undefined {
  const family = isIPv6(address) ? "ipv6" : "ipv4";
  if (linkLocal.check(address, family)) return `${address} is a link-local or reserved address`;
  if (reach === "public" && notPublic.check(address, family)) {
    return `${address} is a private address`;
  }
  return undefined;
}

/** For addresses in URLs, of which no name is looked up. Throws RegistryRefused. */
export function checkLiteral(url: URL, reach: Reach): void {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const why = isIP(host) === 0 ? undefined : refusal(host, reach);
  if (why !== undefined) throw addressError(url.host, why);
}

export type Lookup = (
  hostname: string,
  options: LookupOptions & { all: true },
  callback: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** A lookup for sockets, so that the address that was judged is the one that is connected to. */
export function guardedLookup(reach: Reach, lookup: Lookup = systemLookup): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, addresses) => {
      const why = addresses?.map(({ address }) => refusal(address, reach)).find(Boolean);
      const failure = error ?? (why === undefined ? undefined : addressError(hostname, why));
      const [first] = addresses ?? [];
      if (failure !== undefined) callback(failure, "");
      else if (options.all) callback(null, addresses);
      else callback(null, first?.address ?? "", first?.family);
    });
  };
}

function addressError(host: string, why: string): ForgeError {
  return new ForgeError("RegistryRefused", `${host}: ${why}, where no registry sends us`);
}

/**
 * Whether two hosts are run by the same people, as far as names tell: one is the other, or both
 * end in the same two labels. It only decides whether a private address is acceptable.
 */
export function isSameSite(one: string, other: string): boolean {
  if (one === other) return true;
  if (isIP(one) !== 0 || isIP(other) !== 0) return false;
  const [a, b] = [one, other].map((host) => host.split(".").slice(-2).join("."));
  return a === b && a?.includes(".") === true;
}
