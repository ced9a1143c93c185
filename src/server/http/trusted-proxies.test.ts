import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { TrustedProxies } from "./trusted-proxies.ts";

const proxies = new TrustedProxies(["10.0.0.0/8", "2001:db8:1::/48", "192.0.2.7"]);
const ask = (peer: string, headers: Record<string, string>) =>
  proxies.clientOf(peer, new Headers(headers));

describe("the address of a client", () => {
  const rows: readonly {
    readonly because: string;
    readonly peer?: string;
    readonly xff?: string;
    readonly forwarded?: string;
    readonly is: string;
  }[] = [
    { because: "nothing is forwarded", is: "10.1.2.3" },
    { because: "the proxy says it", xff: "203.0.113.9", is: "203.0.113.9" },
    {
      because: "a stranger's header says nothing",
      peer: "203.0.113.1",
      xff: "1.1.1.1",
      is: "203.0.113.1",
    },
    {
      because: "what stands before it was sent by the client",
      xff: "1.1.1.1, 203.0.113.9",
      is: "203.0.113.9",
    },
    {
      because: "proxies stand in a row",
      xff: "203.0.113.9, 10.9.9.9,192.0.2.7",
      is: "203.0.113.9",
    },
    { because: "all of them are proxies", xff: "10.9.9.9", is: "10.1.2.3" },
    { because: "a hop is no address", xff: "203.0.113.9, unknown", is: "10.1.2.3" },
    { because: "it has a port", xff: "203.0.113.9:4711", is: "203.0.113.9" },
    {
      because: "the socket shows it as IPv6",
      peer: "::ffff:10.1.2.3",
      xff: "::ffff:203.0.113.9",
      is: "203.0.113.9",
    },
    {
      because: "the standard's header says it",
      forwarded: "for=203.0.113.9;proto=https",
      is: "203.0.113.9",
    },
    {
      because: "both say the same",
      xff: "203.0.113.9",
      forwarded: "for=203.0.113.9",
      is: "203.0.113.9",
    },
    {
      because: "the headers contradict each other",
      xff: "203.0.113.9",
      forwarded: "for=1.1.1.1",
      is: "10.1.2.3",
    },
    {
      because: "the later header cannot be read",
      xff: "203.0.113.9",
      forwarded: "by=x",
      is: "10.1.2.3",
    },
    {
      because: "IPv6 stands in brackets and quotes",
      forwarded: 'for="[2001:db8:cafe::17]:4711"',
      is: "2001:db8:cafe:0::/64",
    },
    {
      because: "a network of IPv6 is one client",
      xff: "2001:db8:cafe:1:2:3:4:5",
      is: "2001:db8:cafe:1::/64",
    },
    { because: "the proxy has IPv6", peer: "2001:db8:1::2", xff: "203.0.113.9", is: "203.0.113.9" },
  ];
  test.each(rows)("$is when $because", ({ peer = "10.1.2.3", xff, forwarded, is }) => {
    const headers = { ...(xff && { "x-forwarded-for": xff }), ...(forwarded && { forwarded }) };
    expect(ask(peer, headers)).toBe(is);
  });

  test("is never what somebody else than a proxy says", () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.string({ unit: "binary-ascii" }), (peer, text) => {
        fc.pre(!proxies.includes(peer) && /^[ -~]*$/.test(text));
        expect(ask(peer, { "x-forwarded-for": text, forwarded: text })).toBe(peer);
      }),
    );
  });
});

test.each(["10.0.0.0/33", "10.0.0.0/", "nowhere/8", "10.0.0.0/8/8", "", "::/129"])(
  "%j is no network",
  (network) => {
    expect(() => new TrustedProxies([network])).toThrow("is not a network");
  },
);
