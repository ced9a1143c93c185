import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addressKind } from "./address-kind.ts";

const hex = (value: number) => value.toString(16);

/** IPv6 forms that reach the IPv4 address within them. */
const carriers: readonly ((address: string) => string)[] = [
  (address) => `::ffff:${address}`,
  (address) => `64:ff9b::${address}`,
  (address) => {
    const [a = 0, b = 0, c = 0, d = 0] = address.split(".").map(Number);
    return `2002:${hex(a * 256 + b)}:${hex(c * 256 + d)}::1`;
  },
];

/** Spellings of an IPv4 address that URLs, and so every client, read as it. */
const spellings: readonly ((address: string) => string)[] = [
  (address) => String(toNumber(address)),
  (address) => `0x${hex(toNumber(address))}`,
  (address) =>
    address
      .split(".")
      .map((part) => `0${Number(part).toString(8)}`)
      .join("."),
  (address) =>
    address
      .split(".")
      .map((part) => `0x${hex(Number(part))}`)
      .join("."),
  (address) => `${address}.`,
];

function toNumber(address: string): number {
  return address.split(".").reduce((sum, part) => sum * 256 + Number(part), 0);
}

describe("the kind of an address", () => {
  test.each([
    { address: "93.184.216.34", kind: "public", because: "anybody reaches it" },
    { address: "2606:2800:220:1::1", kind: "public", because: "global unicast" },
    { address: "64:ff9b::5db8:d822", kind: "public", because: "NAT64 of a public address" },
    { address: "10.1.2.3", kind: "private", because: "RFC 1918" },
    { address: "172.31.0.1", kind: "private", because: "RFC 1918" },
    { address: "192.168.0.1", kind: "private", because: "RFC 1918" },
    { address: "100.64.0.1", kind: "private", because: "carrier-grade NAT" },
    { address: "127.0.0.1", kind: "private", because: "loopback" },
    { address: "::1", kind: "private", because: "loopback" },
    { address: "fd12::1", kind: "private", because: "unique local" },
    { address: "fec0::1", kind: "private", because: "site-local of old" },
    { address: "2001::1", kind: "private", because: "Teredo hides an IPv4 address" },
    { address: "192.0.2.1", kind: "private", because: "documentation" },
    { address: "169.254.169.254", kind: "never", because: "clouds' metadata" },
    { address: "168.63.129.16", kind: "never", because: "Azure's wire server" },
    { address: "100.100.100.200", kind: "never", because: "Alibaba's metadata" },
    { address: "fd00:ec2::254", kind: "never", because: "Amazon's metadata" },
    { address: "fd20:ce::254", kind: "never", because: "Google's metadata" },
    { address: "0.0.0.0", kind: "never", because: "this machine under another name" },
    { address: "::", kind: "never", because: "the same" },
    { address: "::7f00:1", kind: "never", because: "IPv4-compatible" },
    { address: "fe80::1", kind: "never", because: "link-local" },
    { address: "fe80::1%eth0", kind: "never", because: "an interface is named" },
    { address: "::1%lo", kind: "never", because: "an interface is named" },
    { address: "224.0.0.1", kind: "never", because: "multicast" },
    { address: "ff02::1", kind: "never", because: "multicast" },
    { address: "255.255.255.255", kind: "never", because: "broadcast" },
    { address: "registry.example.com", kind: "never", because: "it is no address" },
    { address: "", kind: "never", because: "it is no address" },
  ])("$address is $kind: $because", ({ address, kind }) => {
    expect(addressKind(address)).toBe(kind);
  });

  test("an IPv6 address that carries an IPv4 address has its kind", () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.constantFrom(...carriers), (address, carrier) => {
        expect(addressKind(carrier(address))).toBe(addressKind(address));
      }),
    );
  });

  test("every spelling of an address in a URL has its kind", () => {
    const inside = fc.tuple(
      fc.constantFrom("10", "127", "169.254", "192.168", "93.184"),
      fc.ipV4(),
    );
    const addresses = inside.map(([start, rest]) => {
      const parts = rest.split(".");
      return [start, ...parts.slice(start.split(".").length)].join(".");
    });
    fc.assert(
      fc.property(addresses, fc.constantFrom(...spellings), (address, spelling) => {
        const { hostname } = new URL(`http://${spelling(address)}/`);
        expect(addressKind(hostname)).toBe(addressKind(address));
      }),
    );
  });

  test("any text has a kind", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.ipV6(), fc.ipV4Extended()), (text) => {
        expect(["public", "private", "never"]).toContain(addressKind(text));
      }),
    );
  });
});
