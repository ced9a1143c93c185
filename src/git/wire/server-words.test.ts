import { describe, expect, test } from "vitest";
import { parseReceiveAdvertisement } from "./advertisement.ts";
import { decodePackets, encodePacket, flushPacket } from "./pkt-line.ts";
import { parsePushReport } from "./receive-pack.ts";

/** Characters that colour a terminal, forge a line of a log, and turn a name around. */
const words = 'no\u001b[2J\r\n{"level":"info"} \u202etxt.exe\u2028';
const shown = 'no [2J {"level":"info"} txt.exe';
const ref = "refs/heads/main";

/** The message of what is thrown, or of the answer. */
function said(act: () => unknown): string {
  try {
    return (act() as { message: string }).message;
  } catch (error) {
    return (error as Error).message;
  }
}

const band = (channel: number, text: string) =>
  encodePacket(Buffer.concat([Buffer.from([channel]), Buffer.from(text)]));
const report = (text: string) =>
  band(1, Buffer.concat([encodePacket(text), flushPacket]).toString("latin1"));

describe("what a git server says is one neutral line", () => {
  test.each([
    { where: "an ERR packet", act: () => [...decodePackets(encodePacket(`ERR ${words}`))] },
    {
      where: "the error channel of a push",
      act: () => parsePushReport(band(3, words), ref, new Map([["side-band-64k", ""]])),
    },
    {
      where: "the reason of a rejection",
      act: () => parsePushReport(encodePacket(`ng ${ref} ${words}`), ref, new Map()),
    },
    {
      where: "what a hook prints",
      act: () =>
        parsePushReport(
          Buffer.concat([band(2, words), report(`ng ${ref} declined`)]),
          ref,
          new Map([["side-band-64k", ""]]),
        ),
    },
  ])("$where", ({ act }) => {
    expect(said(act)).toContain(shown);
    expect(said(act)).not.toMatch(/[\p{Cc}\u2028\u202e]/u);
  });

  test("a long one is cut", () => {
    const offer = `${"0".repeat(40)} ${ref}\0object-format=${"x".repeat(10_000)}`;
    const advertisement = Buffer.concat([encodePacket(offer), flushPacket]);
    expect(said(() => parseReceiveAdvertisement(advertisement)).length).toBeLessThan(200);
  });
});
