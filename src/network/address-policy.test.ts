import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addressKind } from "./address-kind.ts";
import { AddressPolicy } from "./address-policy.ts";
import { privateRanges } from "./network.ts";

const policy = new AddressPolicy({
  allowedRanges: [...privateRanges, "!10.0.0.0/28", "!93.184.216.0/24"],
  ownHosts: ["registry.corp:5000", "10.0.0.1:5000", "[fd00::1]"],
  apiServer: new URL("https://10.96.0.1"),
});

describe("an address that a tenant names", () => {
  test.each([
    { url: "https://a.example.com", address: "8.8.8.8", may: true, because: "it is public" },
    { url: "https://a.corp", address: "10.0.1.1", may: true, because: "its range is allowed" },
    { url: "https://a.corp", address: "10.0.0.1", may: false, because: "its range is excluded" },
    {
      url: "https://a.example.com",
      address: "93.184.216.34",
      may: false,
      because: "a public range may be excluded",
    },
    { url: "https://a.corp", address: "127.0.0.1", may: false, because: "loopback is not allowed" },
    { url: "https://a.corp", address: "::ffff:127.0.0.1", may: false, because: "it is loopback" },
    { url: "https://a.corp", address: "169.254.0.1", may: false, because: "link-local never is" },
    {
      url: "https://registry.corp:5000",
      address: "127.0.0.1",
      may: true,
      because: "the installation names this host",
    },
    {
      url: "https://REGISTRY.corp.:5000",
      address: "127.0.0.1",
      may: true,
      because: "the same host in another spelling",
    },
    {
      url: "https://registry.corp:5001",
      address: "127.0.0.1",
      may: false,
      because: "the installation names another port of it",
    },
    { url: "https://10.0.0.1:5000", address: "10.0.0.1", may: true, because: "it is its own" },
    { url: "http://[fd00::1]/", address: "fd00::1", may: true, because: "no port is 80 and 443" },
    {
      url: "https://registry.corp:5000",
      address: "169.254.169.254",
      may: false,
      because: "link-local never is, whoever names the host",
    },
  ])("$url at $address: $may, because $because", ({ url, address, may }) => {
    expect(policy.judge(address, new URL(url), "allowed").allowed).toBe(may);
  });

  test("is not the API server's, on its port", () => {
    const judge = (url: string) =>
      policy.judge("10.96.0.1", new URL(url), "allowed", ["10.96.0.1"]).allowed;
    expect(judge("https://10.96.0.1")).toBe(false);
    expect(policy.judge("10.96.0.1", new URL("https://a:8443"), "allowed").allowed).toBe(true);
  });

  test.each([
    { url: "https://localhost", allowed: false },
    { url: "https://LOCALHOST.", allowed: false },
    { url: "https://a.localhost:80", allowed: false },
    { url: "https://2130706433", allowed: false },
    { url: "https://0x7f.1", allowed: false },
    { url: "https://[::ffff:7f00:1]", allowed: false },
    { url: "https://metadata.google.internal.", allowed: false },
    { url: "https://10.0.1.1", allowed: true },
    { url: "https://git.example.com", allowed: undefined },
  ])("by its name alone $url is allowed: $allowed", ({ url, allowed }) => {
    expect(policy.judgeName(new URL(url), "allowed")?.allowed).toBe(allowed);
  });

  test("without ranges it is public, whatever it is", () => {
    const strict = new AddressPolicy({ allowedRanges: [], ownHosts: [] });
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (address) => {
        const { allowed } = strict.judge(address, new URL("https://a.example.com"), "allowed");
        expect(allowed).toBe(addressKind(address) === "public");
      }),
    );
  });

  test("is never one of the reserved ones, whatever is allowed", () => {
    const lax = new AddressPolicy({ allowedRanges: ["0.0.0.0/0", "::/0"], ownHosts: "all" });
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (address) => {
        const { allowed } = lax.judge(address, new URL("https://a.example.com"), "allowed");
        expect(allowed).toBe(addressKind(address) !== "never");
      }),
    );
  });
});

test.each(["10.0.0.0/33", "10.0.0/8", "10.0.0.0/8/8", "10.0.0.0/", "fe80::1%eth0", "a", "::/129"])(
  "%s is no range",
  (range) => {
    const ranges = { allowedRanges: [range], ownHosts: [] };
    expect(() => new AddressPolicy(ranges)).toThrow(range.slice(0, 4));
  },
);
