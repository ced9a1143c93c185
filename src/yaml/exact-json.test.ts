import fc from "fast-check";
import { load } from "js-yaml";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { exactJson } from "./exact-json.ts";

const character = fc.oneof(
  fc.string({ unit: "binary", maxLength: 2 }).filter((text) => text.isWellFormed()),
  fc.constantFrom(..."\u007f\u0085\u2028\u2029\ufeff\ufffe\uffff\u00a0"),
);
const text = fc.array(character, { maxLength: 8 }).map((parts) => parts.join(""));

test("is JSON of the value, and YAML of it to readers of either version", () => {
  fc.assert(
    fc.property(fc.dictionary(text, text, { noNullPrototype: true }), (value) => {
      fc.pre(!Object.hasOwn(value, "__proto__") && !Object.hasOwn(value, "<<"));
      const json = exactJson(value);
      expect(JSON.parse(json)).toEqual(value);
      expect(json).not.toMatch(/[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/);
      expect(load(json)).toEqual(value);
      expect(parse(json)).toEqual(value);
    }),
  );
});
