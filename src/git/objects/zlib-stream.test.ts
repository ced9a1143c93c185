import { inflateSync } from "node:zlib";
import fc from "fast-check";
import { expect, test } from "vitest";
import { zlibStream } from "./zlib-stream.ts";

test("whatever goes in comes out, short or long", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300, size: "max" }), (data) => {
      // Inflating checks the checksum too.
      expect(inflateSync(zlibStream(data)).equals(data)).toBe(true);
    }),
  );
});
