import * as fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import type { CueRequest } from "../../../src/render/index.ts";
import { startCue } from "./evaluator.ts";

const cue = startCue();
const signal = AbortSignal.timeout(600_000);
afterAll(() => cue.close());

const artifacts = {
  "api-server": { uri: "r.io/api", digest: `sha256:${"a".repeat(64)}`, tag: "1.4.0" },
  "with.dot": { uri: "r.io/dot" },
};

async function evaluate(source: string, given: CueRequest["artifacts"] = artifacts) {
  const files = { "a.cue": `package x\n\n${source}\n` };
  const request = { files, folder: "", maxBytes: 10_000_000, ...(given && { artifacts: given }) };
  const { values, errors } = await cue.evaluate(request, signal);
  return { value: values?.[""] as Record<string, unknown> | undefined, errors };
}

describe("a reference to an artifact", () => {
  test.each([
    ['a: @artifact("api-server.uri")', "r.io/api", "as people write it"],
    ['a: _ @artifact("api-server.uri")', "r.io/api", "as CUE writes it"],
    ['a: @artifact("api-server.tag") @other(x)', "1.4.0", "beside another attribute"],
    ['a:\n\t@artifact("api-server.uri")', "r.io/api", "on a line of its own"],
    ['a: // which one\n\t@artifact("api-server.uri")', "r.io/api", "behind a comment"],
    ['a: string @artifact("api-server.uri")', "r.io/api", "with a type"],
    ['a: =~"^r.io/" @artifact("api-server.uri")', "r.io/api", "with a constraint that holds"],
    ['a: *"x" | string @artifact("api-server.uri")', "r.io/api", "instead of a default"],
    ['a: @artifact("with.dot.uri")', "r.io/dot", "of a name with a dot"],
    ['a: @artifact(#"api-server.uri"#)', "r.io/api", "in a raw string"],
    ['_i: @artifact("api-server.uri")\na: "\\(_i):debug"', "r.io/api:debug", "in an expression"],
    ['#D: i: @artifact("api-server.uri")\na: #D.i', "r.io/api", "in a definition"],
    [
      'a: "x\\("y\\("z")")"\nb: @artifact("api-server.uri")',
      "xyz",
      "behind interpolations in interpolations",
    ],
    ['a: "@artifact(\\"none.uri\\")"', '@artifact("none.uri")', "in a text it is none"],
    ['// a: @artifact("none.uri")\na: "x"', "x", "in a comment it is none"],
    ['a: #"@artifact("none.uri")"#', '@artifact("none.uri")', "in a raw text it is none"],
  ])("%s is %j: %s", async (source, expected) => {
    const { value, errors } = await evaluate(source);
    expect(errors).toBeUndefined();
    expect(value?.["a"]).toBe(expected);
  });

  test.each([
    ['a: @artifact("none.uri")', /no artifact "none"; there is "api-server", "with.dot"/, 3, 4],
    ['a: @artifact("api-server.size")', /has no "size"; there is "digest", "tag", "uri"/, 3, 4],
    ['a: 1\nb: {\n\tc: @artifact("none.uri")\n}', /no artifact "none"/, 5, 5],
    ['a: {b: @artifact("api-server.uri"), c: @artifact("none.x")}', /no artifact "none"/, 3, 40],
    ['a: @artifact("uri")', /names no field/, 3, 4],
    ["a: @artifact(api-server.uri)", /write @artifact\("<name>\.<field>"\)/, 3, 4],
    ['a: {@artifact("api-server.uri"), b: 1}', /belongs to no field/, 3, 5],
    ['a: int @artifact("api-server.uri")', /conflicting values/, 3, 4],
    ['a: "other" @artifact("api-server.uri")', /conflicting values/, 3, 4],
    ['a: @artifact("api-server.uri") @artifact("api-server.tag")', /conflicting values/, 3, 4],
  ])("%s fails at its place: %s", async (source, says, line, column) => {
    const { value, errors } = await evaluate(source);
    expect(value).toBeUndefined();
    expect(errors?.[0]?.message).toMatch(says);
    expect(errors?.[0]?.places?.[0]).toEqual({ file: "a.cue", line, column });
  });

  test("of a package that is imported counts as well", async () => {
    const files = {
      "cue.mod/module.cue": 'module: "company.com/m@v0"\nlanguage: version: "v0.17.0"\n',
      "lib/lib.cue": 'package lib\n\nimage: @artifact("api-server.uri")\n',
      "a/a.cue": 'package a\n\nimport "company.com/m/lib"\n\na: lib.image\n',
    };
    const request = { files, folder: "a", maxBytes: 1_000, artifacts };
    expect(await cue.evaluate(request, signal)).toEqual({
      values: { "": { a: "r.io/api" } },
      attributes: [{ artifact: "api-server", field: "uri", file: "lib/lib.cue", line: 3 }],
    });
  });
});

describe("no value can become source", () => {
  const nasty = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.string({ unit: "grapheme" }),
    fc
      .array(
        fc.constantFrom(
          '"',
          "'",
          "\\",
          "\\(",
          ")",
          "#",
          '"""',
          "\n",
          "\r",
          "\t",
          "{",
          "}",
          "@",
          "_",
        ),
      )
      .map((parts) => parts.join("")),
    fc.constantFrom('"\nb: 1\nc: "', "\\(b)", '"#', '#"x"#', "1", "true", "null", "_|_", "\u2028"),
  );

  test("each comes out as the text that it was", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(nasty, { minLength: 1, maxLength: 60 }), async (texts) => {
        // Half of a surrogate pair has no place in JSON, nor in a reference.
        const values = texts.map((text) => text.toWellFormed());
        const given = { x: Object.fromEntries(values.map((value, index) => [`f${index}`, value])) };
        const source = values.map((_, index) => `f${index}: @artifact("x.f${index}")`).join("\n");
        const { value, errors } = await evaluate(source, given);
        expect(errors).toBeUndefined();
        expect(value).toEqual(given.x);
      }),
      { numRuns: 60 },
    );
  });

  test("nor can a name", async () => {
    await fc.assert(
      fc.asyncProperty(nasty, async (name) => {
        const known = name.toWellFormed();
        const reference = JSON.stringify(`${known}.uri`).replaceAll("\u2028", "\\u2028");
        const { value, errors } = await evaluate(`a: @artifact(${reference})`, {
          [known]: { uri: "r.io/x" },
        });
        // What the scanner takes for the end of an attribute is an error, and never another value.
        expect(errors === undefined ? value : { a: "r.io/x" }).toEqual({ a: "r.io/x" });
      }),
      { numRuns: 150 },
    );
  });
});

describe("the scanner changes nothing else", () => {
  const piece = fc.constantFrom(
    ...[
      "a: 1",
      'b: "x"',
      'c: "\\(a)"',
      "d: {e: [1, 2]}",
      'f: """',
      '"""',
      'g: #"\\(a)"#',
      "h: 'x'",
    ],
    ...[
      '@artifact("x.uri")',
      'i: @artifact("x.uri")',
      "// @artifact(",
      "j: (1 + 2)",
      'k: "(\\("")"',
    ],
    ...["\n", " ", ":", "(", ")", "{", "}", '"', "\\(", "@artifact(", "@x()", "[", "]", ","],
  );

  test("a source is refused, or is what it is without its artifacts", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(piece, { maxLength: 12 }), async (pieces) => {
        const source = pieces.join("\n");
        // Within a text of several lines it is no reference, which the comparison below cannot see.
        fc.pre(!(source.includes('"""') && source.includes("i: @artifact")));
        const given = { x: { uri: "u" } };
        const ours = await evaluate(source, given);
        // No text alone, which a colon behind it would make the name of a field.
        const plain = source.replaceAll(/(?<=i: )@artifact\("x\.uri"\)/g, '"u" + ""');
        const expected = await evaluate(plain, given);
        expect(ours.value).toEqual(expected.value);
        expect(ours.errors === undefined).toBe(expected.errors === undefined);
      }),
      { numRuns: 200 },
    );
  });
});
