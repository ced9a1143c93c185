import fc from "fast-check";
import { expect, test } from "vitest";
import { boundedText } from "./bounded-text.ts";

test("fits, is well-formed, and is the text or a beginning of it with a mark", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), fc.integer({ min: 3, max: 40 }), (text, maximum) => {
      const cut = boundedText(text, maximum);
      expect(Buffer.byteLength(cut)).toBeLessThanOrEqual(maximum);
      expect(cut.isWellFormed()).toBe(true);
      const fits = Buffer.byteLength(text) <= maximum;
      expect(cut === text).toBe(fits);
      expect(text.startsWith(fits ? cut : cut.replace(/…$/, ""))).toBe(true);
    }),
  );
});
