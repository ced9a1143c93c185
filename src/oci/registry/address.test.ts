import { describe, expect, test } from "vitest";
import { guardedLookup, isSameSite, refusal } from "./address.ts";

describe("addresses", () => {
  test.each([
    ["169.254.169.254", false, false, "where clouds keep a machine's credentials"],
    ["::ffff:169.254.169.254", false, false, "the same, written as IPv6"],
    ["fd00:ec2::254", false, false, "Amazon's over IPv6"],
    ["100.100.100.200", false, false, "Alibaba's"],
    ["fe80::1", false, false, "link-local"],
    ["0.0.0.0", false, false, "any address of this machine"],
    ["127.0.0.1", true, false, "loopback"],
    ["::1", true, false, "loopback"],
    ["10.1.2.3", true, false, "private"],
    ["172.31.0.1", true, false, "private"],
    ["192.168.0.1", true, false, "private"],
    ["fd12::1", true, false, "private"],
    ["::ffff:10.0.0.1", true, false, "private, written as IPv6"],
    ["93.184.216.34", true, true, "public"],
    ["2606:2800:220:1::1", true, true, "public"],
  ])("%s: any %j, public %j, %s", (address, any, isPublic) => {
    expect(refusal(address, "any") === undefined).toBe(any);
    expect(refusal(address, "public") === undefined).toBe(isPublic);
  });

  test("one bad address among those of a name is enough", async () => {
    const addresses = [
      { address: "93.184.216.34", family: 4 },
      { address: "169.254.169.254", family: 4 },
    ];
    const lookup = guardedLookup("any", (_name, _options, answer) => answer(null, addresses));
    const { promise, resolve } = Promise.withResolvers<unknown>();
    lookup("registry.example.com", {}, (error) => resolve(error));
    expect(await promise).toMatchObject({
      code: "RegistryRefused",
      message: expect.stringContaining("169.254.169.254 is a link-local"),
    });
  });

  test.each([
    ["registry.example.com", "auth.example.com", true],
    ["registry.gitlab.com", "gitlab.com", true],
    ["registry.example.com", "example.org", false],
    ["a.example.com", "a.example.com.evil.io", false],
    ["10.0.0.1", "10.0.0.2", false],
    ["registry", "auth", false],
  ])("%s and %s are one site: %j", (one, other, expected) => {
    expect(isSameSite(one, other)).toBe(expected);
  });
});
