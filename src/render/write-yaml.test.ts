import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseYaml } from "./parse-yaml.ts";
import { plainTree } from "./plain-tree.ts";
import { writeYaml } from "./write-yaml.ts";

function read(source: string): unknown {
  return plainTree(parseYaml(source, "f.yaml")[0]?.value, "f.yaml", { left: 10_000_000 });
}

describe("strings that some reader takes for something else are quoted", () => {
  test.each([
    "yes",
    "No",
    "on",
    "y",
    "~",
    "null",
    "017",
    "0o17",
    "0O17",
    "0o1_7",
    "0X1F",
    "0b-1",
    "1_000",
    "1_0e3",
    ".7_1",
    "1e3",
    "12:30:45",
    "1:30",
    "2026-11-20",
    "<<",
    "",
    ".inf",
    "-",
    "# no",
  ])("%j", (text) => {
    expect(writeYaml({ v: text })).toMatch(/^v: ['"]/);
  });
});

test("long strings are not folded and shared objects are written out", () => {
  const shared = { text: "word ".repeat(60).trim() };
  const line = `  text: ${shared.text}\n`;
  expect(writeYaml({ a: shared, b: shared })).toBe(`a:\n${line}b:\n${line}`);
});

const scalarLike = fc.string({
  unit: fc.constantFrom(..."0178xXobOBeE_+-.:~yn \n\t'\"#&*!|>%@`{}[],\\\u0085\u2028\u00a0é=<?"),
  maxLength: 8,
});
const text = fc.oneof(scalarLike, fc.string({ unit: "grapheme", maxLength: 12 }));
const key = text.filter((name) => name !== "__proto__");
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { depthSize: "small" },
    text,
    fc.boolean(),
    fc.constant(null),
    fc.maxSafeInteger(),
    fc.double({ noNaN: true, min: -1e15, max: 1e15 }),
    fc.array(tie("tree"), { maxLength: 4 }),
    fc.dictionary(key, tie("tree"), { maxKeys: 4, noNullPrototype: true }),
  ),
}));

test("writing, then reading gives the same object, and the same text again", () => {
  fc.assert(
    fc.property(fc.dictionary(key, tree, { maxKeys: 5, noNullPrototype: true }), (object) => {
      const yaml = writeYaml(object);
      const again = read(yaml);
      expect(again).toStrictEqual(object);
      expect(writeYaml(again as object)).toBe(yaml);
    }),
    { numRuns: 500 },
  );
});
