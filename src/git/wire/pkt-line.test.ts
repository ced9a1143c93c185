import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ForgeError } from "../../api/index.ts";
import { decodePackets, encodePacket, flushPacket } from "./pkt-line.ts";

const payload = fc
  .uint8Array({ maxLength: 300 })
  .filter((bytes) => Buffer.from(bytes).toString("latin1", 0, 4) !== "ERR ");

function codeOf(act: () => unknown): string | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    return error instanceof ForgeError ? error.code : "another error";
  }
}

describe("pkt-line", () => {
  test("what is encoded decodes to itself", () => {
    fc.assert(
      fc.property(fc.array(payload), (payloads) => {
        const bytes = Buffer.concat([...payloads.map((data) => encodePacket(data)), flushPacket]);
        const packets = [...decodePackets(bytes)];
        expect(packets.pop()).toEqual({ kind: "flush" });
        expect(packets.map((packet) => packet.kind === "data" && [...packet.data])).toEqual(
          payloads.map((data) => [...data]),
        );
      }),
    );
  });

  test("never reads beyond its input, whatever comes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        expect(codeOf(() => [...decodePackets(Buffer.from(bytes))])).not.toBe("another error");
      }),
    );
  });

  test.each([
    { bytes: "0009ab", says: "ends inside", because: "the packet says five bytes and has two" },
    { bytes: "0003", says: "ends inside", because: "no packet has length 3" },
    { bytes: "<htm", says: "not made of", because: "a web page is no pkt-line" },
    { bytes: "000cERR nope", says: "says: nope", because: "ERR ends the conversation" },
  ])("refuses $bytes: $because", ({ bytes, says }) => {
    expect(() => [...decodePackets(Buffer.from(bytes))]).toThrow(says);
  });

  test("an unknown object is CommitNotFound, not a protocol error", () => {
    const bytes = encodePacket("ERR upload-pack: not our ref 0123");
    expect(() => [...decodePackets(bytes)]).toThrow(
      expect.objectContaining({ code: "CommitNotFound" }),
    );
  });
});
