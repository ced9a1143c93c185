/** Finds the client's address of a request that comes by a proxy. */
import { BlockList, isIP } from "node:net";
import { parseRange } from "../../network/index.ts";

const maximumHops = 32;

/**
 * Proxies that are known to append the address of their client to X-Forwarded-For or Forwarded
 * (RFC 7239). A header of anybody else says nothing: a client may send what it likes.
 */
export class TrustedProxies {
  // Not AddressRanges: an IPv6 address that carries a proxy's is not that proxy.
  readonly #networks = new BlockList();

  /** @throws Error that names a network that is none */
  constructor(networks: readonly string[]) {
    for (const network of networks) this.#add(network);
  }

  includes(address: string): boolean {
    const plain = plainAddress(address);
    const version = isIP(plain);
    return version !== 0 && this.#networks.check(plain, version === 6 ? "ipv6" : "ipv4");
  }

  /**
   * The last address that no trusted proxy has. Where the headers are missing, cannot be read or
   * contradict each other it is that of the connection: one that a proxy merely passes on is its
   * client's own.
   */
  clientOf(peer: string, headers: Pick<Headers, "get">): string {
    if (!this.includes(peer)) return clientKey(peer);
    const listed = [
      forwardedFor(headers.get("x-forwarded-for")),
      forwarded(headers.get("forwarded")),
    ];
    const named = new Set(
      listed.flatMap((hops) => (hops === undefined ? [] : [this.#client(hops)])),
    );
    const [only] = named;
    return clientKey(named.size === 1 ? (only ?? peer) : peer);
  }

  /** Undefined where a hop cannot be read, or all of them are proxies. */
  #client(hops: readonly string[]): string | undefined {
    for (const hop of hops.toReversed()) {
      if (isIP(hop) === 0) return undefined;
      if (!this.includes(hop)) return hop;
    }
    return undefined;
  }

  #add(network: string): void {
    const range = parseRange(network);
    if (range === undefined) throw new Error(`${network} is not a network such as 10.0.0.0/8`);
    this.#networks.addSubnet(range.address, range.prefix, range.family === 6 ? "ipv6" : "ipv4");
  }
}

/** Somebody has a whole /64 of IPv6 as easily as one address of IPv4. */
function clientKey(address: string): string {
  const plain = plainAddress(address);
  if (isIP(plain) !== 6) return plain;
  const [head = "", tail] = plain.replace(/%.*$/, "").split("::");
  const first = head.split(":").filter(Boolean);
  const last = (tail ?? "").split(":").filter(Boolean);
  const missing = tail === undefined ? 0 : Math.max(0, 8 - first.length - last.length);
  const groups = [...first, ...Array.from({ length: missing }, () => "0"), ...last];
  const network = groups.slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${network.join(":")}::/64`;
}

/** An address of IPv4 that a socket of IPv6 shows as one of its own. */
function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=[0-9.]+$)/i, "");
}

function forwardedFor(header: string | null): readonly string[] | undefined {
  return header === null ? undefined : header.split(",").slice(-maximumHops).map(withoutPort);
}

/** RFC 7239 section 4: `for=` of each element; none of them may lack it. */
function forwarded(header: string | null): readonly string[] | undefined {
  if (header === null) return undefined;
  return header
    .split(",")
    .slice(-maximumHops)
    .map((element) => {
      const pair = element.split(";").find((one) => /^\s*for=/i.test(one));
      return withoutPort((pair ?? "").replace(/^\s*for=/i, "").replaceAll('"', ""));
    });
}

/** `192.0.2.1:80` and `[2001:db8::1]:80` without their ports. */
function withoutPort(text: string): string {
  const trimmed = text.trim();
  const bracketed = /^\[([^\]]+)\](:[0-9]+)?$/.exec(trimmed)?.[1];
  return plainAddress(bracketed ?? trimmed.replace(/^([0-9.]+):[0-9]+$/, "$1"));
}
