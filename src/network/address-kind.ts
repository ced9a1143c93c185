import { isIP } from "node:net";
import { AddressRanges } from "./address-ranges.ts";

/** `never`: nothing of forge connects there, whoever names it. */
export type AddressKind = "public" | "private" | "never";

/** Link-local and unspecified addresses, multicast, and the services of clouds for their machines. */
const never = new AddressRanges([
  "0.0.0.0/8",
  "169.254.0.0/16",
  // Alibaba's metadata, Azure's wire server, Oracle's metadata.
  "100.100.100.200",
  "168.63.129.16",
  "192.0.0.192",
  "224.0.0.0/4",
  "255.255.255.255",
  // The IPv4-compatible form, which nothing uses (RFC 4291 section 2.5.5.1).
  "::/96",
  "fe80::/10",
  "ff00::/8",
  // Amazon's and Google's metadata.
  "fd00:ec2::/32",
  "fd20:ce::254",
]);

/** Within what is public otherwise (IANA special-purpose address registries). */
const special = new AddressRanges([
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.88.99.0/24",
  "192.168.0.0/16",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "240.0.0.0/4",
  "2001::/23",
  "2001:db8::/32",
  "3fff::/20",
]);

/** Global unicast, and the forms that carry an IPv4 address on the public network. */
const publicIPv6 = new AddressRanges(["2000::/3", "64:ff9b::/96", "::ffff:0:0/96"]);
const loopbackIPv6 = new AddressRanges(["::1"]);

/** The kind of a literal address; text that is none, or that names an interface, is `never`. */
export function addressKind(address: string): AddressKind {
  const family = address.includes("%") ? 0 : isIP(address);
  if (family === 0) return "never";
  if (loopbackIPv6.has(address)) return "private";
  if (never.has(address)) return "never";
  const isPublic = !special.has(address) && (family === 4 || publicIPv6.has(address));
  return isPublic ? "public" : "private";
}
