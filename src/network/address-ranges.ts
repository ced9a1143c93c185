import { BlockList, isIP } from "node:net";

/**
 * IPv6 forms that carry an IPv4 address and reach it: NAT64 (RFC 6052, RFC 8215), IPv4-translated
 * (RFC 2765) and 6to4 (RFC 3056). A BlockList itself knows the IPv4-mapped form alone.
 */
const carriers: readonly { readonly bits: number; readonly of: (address: string) => string }[] = [
  { bits: 96, of: (address) => `64:ff9b::${address}` },
  { bits: 96, of: (address) => `64:ff9b:1::${address}` },
  { bits: 96, of: (address) => `::ffff:0:${address}` },
  { bits: 16, of: (address) => `2002:${groupsOf(address)}::` },
];

function groupsOf(address: string): string {
  const [a = 0, b = 0, c = 0, d = 0] = address.split(".").map(Number);
  return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
}

/** A set of addresses. An IPv6 address that carries an IPv4 address is in it where that one is. */
export class AddressRanges {
  readonly #list = new BlockList();

  /** @throws TypeError that names the range which is none */
  constructor(ranges: readonly string[]) {
    for (const range of ranges) this.#add(range);
  }

  has(address: string): boolean {
    return this.#list.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
  }

  #add(range: string): void {
    const parsed = parseRange(range);
    if (parsed === undefined) {
      throw new TypeError(`${range.slice(0, 100)} is no range of addresses such as 10.0.0.0/8`);
    }
    const { address, prefix, family } = parsed;
    this.#list.addSubnet(address, prefix, family === 6 ? "ipv6" : "ipv4");
    if (family === 6) return;
    for (const { bits, of } of carriers) this.#list.addSubnet(of(address), bits + prefix, "ipv6");
  }
}

/** Whether a text is an address, or one with the length of a prefix. */
export function isRange(text: string): boolean {
  return parseRange(text) !== undefined;
}

/** An address with the length of a prefix, that of the whole address where none is given. */
export function parseRange(
  text: string,
): { readonly address: string; readonly prefix: number; readonly family: 4 | 6 } | undefined {
  const [address = "", bits, ...rest] = text.split("/");
  const family = address.includes("%") ? 0 : isIP(address);
  if (family !== 4 && family !== 6) return undefined;
  const most = family === 4 ? 32 : 128;
  const prefix = bits === undefined ? most : Number(bits);
  const isNumber = bits === undefined || /^[0-9]{1,3}$/.test(bits);
  return isNumber && prefix <= most && rest.length === 0 ? { address, prefix, family } : undefined;
}
