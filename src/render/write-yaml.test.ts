import * as fc from "fast-check";
import { dump } from "js-yaml";
import { describe, expect, test } from "vitest";
import { parseYaml, plainTree, writingSchema } from "../yaml/index.ts";
import { limits } from "./limits.ts";
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

describe("what is written is what js-yaml writes, byte for byte", () => {
  const dumped = (object: object) =>
    dump(object, { schema: writingSchema, noRefs: true, lineWidth: -1, sortKeys: false });

  test("of any object", () => {
    fc.assert(
      fc.property(fc.dictionary(key, tree, { maxKeys: 5, noNullPrototype: true }), (object) => {
        expect(writeYaml(object)).toBe(dumped(object));
      }),
      { numRuns: 1_000 },
    );
  });

  test.each([0.5, -0, -1.25, 1e300, -1e21, 1e-7, 1.5e-9, 2 ** 53, 2 ** 60, 1e20, 5e-324])(
    "of the number %d",
    (number) => {
      expect(writeYaml({ number, in: [number] })).toBe(dumped({ number, in: [number] }));
    },
  );

  test("of words, as names, images, paths and booleans are", () => {
    const word = fc.oneof(
      fc.string({ unit: fc.constantFrom(..."aAeEfFnNoOyYtTrRuUlLsSiIxX019_./-:"), maxLength: 12 }),
      fc
        .constantFrom("y", "no", "off", "true", "null", "nan", "inf", "infinity", "e", "o17")
        .chain((text) => fc.mixedCase(fc.constant(text))),
    );
    const block = fc.array(fc.constantFrom("a", " b", "", "c: d", "- e", "# f", "  "), {
      maxLength: 5,
    });
    const leaf = fc.oneof(
      word,
      block.map((lines) => lines.join("\n")),
    );
    fc.assert(
      fc.property(fc.dictionary(word, leaf), fc.array(leaf), (map, list) => {
        const object = { map, list, both: [map, [list, map]], in: { map: { map, list } } };
        expect(writeYaml(object)).toBe(dumped(object));
      }),
      { numRuns: 1_000 },
    );
  });
});

describe("an object whose YAML exceeds the limits is refused by name", () => {
  const { charactersPerObject, charactersByLibrary } = limits;
  const items = (count: number) => Array.from({ length: count }, () => "item");
  const nested = (depth: number, inner: unknown): unknown =>
    depth === 0 ? inner : { k: nested(depth - 1, inner) };

  test.each([
    { because: "a text is too long", spec: "a\n".repeat(charactersPerObject / 2) },
    { because: "js-yaml exceeds its stack at such a line", spec: "=".repeat(4_000_000) },
    { because: "indentation exceeds the content", spec: nested(90, items(100_000)) },
    { because: "each line is indented", spec: nested(90, "a\n".repeat(100_000)) },
    { because: "escapes are longer", spec: items(600_000).fill("\u0001\u0001\u0001") },
    {
      because: "js-yaml lays out keys of several lines",
      spec: { "a\nb": items(charactersByLibrary / 8) },
    },
    {
      because: "js-yaml lays out texts that end in empty lines",
      spec: ["a\n\n", items(charactersByLibrary / 8)],
    },
  ])("$because", ({ spec }) => {
    const object = { kind: "Thing", metadata: { name: "web" }, spec };
    expect(() => writeYaml(object)).toThrow(
      expect.objectContaining({
        code: "SourceTooLarge",
        message: expect.stringMatching(/^Thing web: its YAML would have /),
      }),
    );
  });

  test("the largest objects that Kubernetes accepts are written", () => {
    const object = { data: items(300_000), line: "a".repeat(1024 * 1024) };
    expect(writeYaml(object).length).toBeGreaterThan(3 * 1024 * 1024);
  });
});
