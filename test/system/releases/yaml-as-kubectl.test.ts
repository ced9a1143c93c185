import { beforeAll, describe, expect, test } from "vitest";
import { renderYaml } from "../../../src/render/index.ts";
import { Workspace } from "../ground/workspace.ts";

/** YAML in which a value is not what it looks like to everybody, each as `data` of an object. */
const odd: readonly string[] = [
  // Booleans of YAML 1.1.
  ...["{a: yes, b: Yes, c: YES, d: no, e: on, f: On, g: off, h: OFF, i: y, j: N}"],
  ...["{a: true, b: True, c: TRUE, d: yEs, e: 'on', f: \"off\", g: !!str yes}"],
  // Octal, sexagesimal, hexadecimal, binary, and what only looks like a number.
  ...["{a: 017, b: 0o17, c: 08, d: 019, e: 00, f: 0x1F, g: 0b101, h: -0x10, i: 0xG}"],
  ...["{a: 12:30:45, b: 1:30, c: 190:20:30, d: '12:30', e: 22:22}"],
  ...["{a: 1_000, b: 1__0, c: _1, d: 1_, e: '1_000', f: 1.2.3, g: 1.10, h: 1.0.0}"],
  ...["{a: 1e3, b: 1E3, c: 1e+3, d: .5, e: 1., f: +1, g: -0, h: 1e-2, i: 12e03}"],
  // Null, empty, and the tilde.
  ...["{a: ~, b: null, c: Null, d: NULL, e: '~', f: '', g: }", "a:\nb: ~\nc: ''\n"],
  // Dates are texts.
  ...["{a: 2026-11-20, b: 2026-11-20T10:00:00Z, c: 2026-11-20 10:00:00, d: '2026'}"],
  // Big integers that are exact.
  ...["{a: 9007199254740991, b: -9007199254740991, c: '12345678901234567890'}"],
  // Anchors, aliases and merge keys.
  ...["{a: &x {k: 1}, b: *x, c: [*x, *x]}", "a: &t text\nb: *t\n"],
  ...["a: &x {k: 1, l: 2}\nb:\n  <<: *x\n  l: 3\n", "b:\n  <<: [{k: 1}, {k: 2, l: 3}]\n  m: 4\n"],
  ...["'<<': {k: 1}\n"],
  // Keys that are no texts.
  ...["{1: a, true: b}", "{on: a}", "{017: a}"],
  // Block texts, and how they end.
  ...["a: |\n  one\n  two\nb: >\n  one\n  two\n\n  three\n", "a: |-\n  x\nb: |+\n  x\n\nc: 1\n"],
  ...["a: |2\n    two more\nb: >-\n  folded\n   indented\n  folded\n"],
  // Quotes and escapes.
  ...["a: \"\\u00e9\\n\\t\\x41\"\nb: 'it''s'\nc: \"a\\\n  b\"\n"],
  ...["a: plain # comment\nb: 'x # none'\nc: a#b\nd: http://x\n"],
  // Flow and block in one another.
  ...["a: [1, [2, {b: c}], 'd']\ne: {f: [], g: {}}\n", "a:\n- b\n-   - c\n    - d\n"],
  // Tags of the core.
  ...['{a: !!int "12", b: !!float "1.5", c: !!bool "yes", d: !!null ""}'],
  ...["{a: =, b: <, c: '=', d: '!x', e: '&x', f: '*x'}", "{a: NaN, b: infinity, c: nan}"],
];

function object(index: number, data: string): string {
  const isFlow = data.startsWith("{");
  const body = isFlow ? ` ${data}\n` : `\n${data.replaceAll(/^(?=.)/gm, "  ")}`;
  return `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: row-${index}}\ndata:${body}`;
}

describe("YAML is read as kubectl reads it", () => {
  const workspace = new Workspace("yaml");
  const asKubectl = new Map<string, unknown>();

  const dryRun = (text: string) =>
    workspace.kubectl.run(
      [
        ...["-n", workspace.namespace, "create", "--dry-run=client", "--validate=false"],
        ...["-o", "json", "-f", "-"],
      ],
      text,
    );

  beforeAll(async () => {
    await workspace.create();
    const { stdout, stderr, code } = await dryRun(
      odd.map((data, i) => object(i, data)).join("---\n"),
    );
    if (code !== 0) throw new Error(stderr);
    for (const text of stdout.split(/(?<=^\})\n(?=\{)/m)) {
      const { metadata, data } = JSON.parse(text) as {
        metadata: { name: string };
        data: unknown;
      };
      asKubectl.set(metadata.name, data);
    }
  });

  test.each(odd.map((data, index) => [data, index] as const))("%j", (data, index) => {
    const [manifest] = renderYaml([{ path: "a.yaml", content: object(index, data) }]);
    expect(manifest?.object["data"]).toStrictEqual(asKubectl.get(`row-${index}`));
    // And what goes into the image is read the same way again.
    const [again] = renderYaml([{ path: "b.yaml", content: manifest?.yaml ?? "" }]);
    expect(again?.object).toStrictEqual(manifest?.object);
  });

  test.each([
    ["{a: .nan}", "JSON has no such number"],
    ["{a: .inf}", "JSON has no such number"],
    ["{a: *none}", "there is no such anchor"],
    ["a: &a [*a]\n", "it contains itself"],
    ["{~: a}", "null is no key"],
    ["a: [1\n", "a bracket is open"],
    ["a: 1\n b: 2\n", "the indentation is wrong"],
    ["a: \tb\n\tc: d\n", "a tab indents"],
  ])("%j is refused by both, since %s", async (data) => {
    expect(() => renderYaml([{ path: "a.yaml", content: object(0, data) }])).toThrow(/a\.yaml/);
    expect((await dryRun(object(0, data))).code).not.toBe(0);
  });

  test.each([
    ["{a: 1, a: 2}", { a: 2 }, "the first is lost in silence"],
    ["a: 1\n<<: {a: 2}\n", { a: 2 }, "the merge overrides, against the specification"],
    ["{a: 12345678901234567890}", expect.anything(), "digits are lost on the way through JSON"],
    ["{a: !custom 1}", { a: "1" }, "the tag is lost in silence"],
  ])("%j is refused here alone: kubectl reads %j, and %s", async (data, expected) => {
    expect(() => renderYaml([{ path: "a.yaml", content: object(0, data) }])).toThrow(/a\.yaml/);
    const { stdout } = await dryRun(object(0, data));
    expect((JSON.parse(stdout) as { data: unknown }).data).toEqual(expected);
  });
});
