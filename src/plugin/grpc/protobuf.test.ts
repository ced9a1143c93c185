import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  decodeAppStreamRequest,
  decodeManifestResponse,
  decodePluginConfiguration,
  encodeAppStreamRequest,
  encodeManifestResponse,
  encodePluginConfiguration,
} from "./messages.ts";

const hex = (text: string) => Buffer.from(text.replaceAll(" ", ""), "hex");

describe("messages", () => {
  test("a file's piece, byte by byte", () => {
    // Field 2 (file), 5 bytes: field 1 (chunk), 3 bytes.
    const bytes = hex("12 05 0a 03 01 02 03");
    expect(encodeAppStreamRequest({ chunk: Uint8Array.of(1, 2, 3) })).toEqual(bytes);
    expect([...(decodeAppStreamRequest(bytes).chunk ?? [])]).toEqual([1, 2, 3]);
  });

  test("metadata, byte by byte", () => {
    // Field 1, 20 bytes: appName a, appRelPath ".", checksum c, size 300, env {X: yz}.
    const bytes = hex("0a 15 0a 01 61 12 01 2e 1a 01 63 20 ac 02 2a 07 0a 01 58 12 02 79 7a");
    const metadata = {
      appName: "a",
      appRelPath: ".",
      checksum: "c",
      size: 300,
      environment: new Map([["X", "yz"]]),
    };
    expect(decodeAppStreamRequest(bytes)).toEqual({ metadata });
    expect(encodeAppStreamRequest({ metadata })).toEqual(bytes);
  });

  test("fields of a later version are passed over", () => {
    // Field 9 of each wire type, then a chunk.
    const later = hex("48 96 01 49 0102030405060708 4a 02 ff ff 4d 01020304");
    const bytes = Buffer.concat([later, hex("12 03 0a 01 07")]);
    expect([...(decodeAppStreamRequest(bytes).chunk ?? [])]).toEqual([7]);
  });

  test("what is written is read", () => {
    const name = fc.string({ unit: "binary", maxLength: 40 });
    fc.assert(
      fc.property(
        fc.record({
          appName: name,
          appRelPath: name,
          checksum: name,
          size: fc.nat({ max: Number.MAX_SAFE_INTEGER }),
          environment: fc
            .array(fc.tuple(name, name), { maxLength: 5 })
            .map((pairs) => new Map(pairs)),
        }),
        fc.array(fc.string({ unit: "grapheme", maxLength: 300 })),
        (metadata, manifests) => {
          const read = decodeAppStreamRequest(encodeAppStreamRequest({ metadata }));
          expect(read).toEqual({ metadata });
          const response = decodeManifestResponse(encodeManifestResponse({ manifests }));
          expect(response).toEqual({ manifests });
        },
      ),
    );
    const configuration = { isDiscoveryConfigured: true, provideGitCreds: false };
    expect(decodePluginConfiguration(encodePluginConfiguration(configuration))).toEqual(
      configuration,
    );
  });

  test("any bytes are read or refused, and nothing else happens", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        let thrown: unknown = new RangeError("read");
        try {
          decodeAppStreamRequest(bytes);
        } catch (error) {
          thrown = error;
        }
        expect(thrown).toBeInstanceOf(RangeError);
      }),
      { numRuns: 2_000 },
    );
  });

  test.each([
    { bytes: "12 05 0a", because: "it is cut off" },
    { bytes: "12 ff ff ff ff ff ff ff ff ff ff 01", because: "a length has more than 64 bits" },
    { bytes: "12 ff ff ff ff ff ff ff ff 7f", because: "a length is beyond its end" },
    { bytes: "10 01", because: "a field has another type" },
    { bytes: "13", because: "groups are long gone" },
  ])("refuses a message when $because", ({ bytes }) => {
    expect(() => decodeAppStreamRequest(hex(bytes))).toThrow(RangeError);
  });
});
