import { describe, expect, test } from "vitest";
import { parseYaml } from "./parse-yaml.ts";
import { plainTree } from "./plain-tree.ts";

function read(source: string): unknown {
  const [document] = parseYaml(source, "f.yaml");
  return plainTree(document?.value, "f.yaml", { left: 1_000_000 });
}

// Answers of sigs.k8s.io/yaml 1.6.0 (go.yaml.in/yaml/v2 2.4.3), YAMLToJSON of `v: <scalar>`.
const golden: readonly (readonly [string, unknown])[] = [
  ...["yes", "Yes", "YES", "on", "On", "ON", "y", "Y", "true", "True", "TRUE"].map(
    (scalar) => [scalar, true] as const,
  ),
  ...["no", "No", "NO", "off", "Off", "OFF", "n", "N", "false", "False", "FALSE"].map(
    (scalar) => [scalar, false] as const,
  ),
  ...["~", "null", "Null", "NULL", ""].map((scalar) => [scalar, null] as const),
  ["yEs", "yEs"],
  ["tRue", "tRue"],
  ["nULL", "nULL"],
  ["+1", 1],
  ["017", 15],
  ["0o17", 15],
  ["0O17", 15],
  ["0o1_7", 15],
  ["00", 0],
  ["08", 8],
  ["0_8", 8],
  ["019", 19],
  ["0x1F", 31],
  ["0X1f", 31],
  ["0x_1", 1],
  ["-0x10", -16],
  ["0xG", "0xG"],
  ["0x", "0x"],
  ["0x1p2", "0x1p2"],
  ["0b101", 5],
  ["0B1", 1],
  ["-0b11", -3],
  ["0b-11", -3],
  ["0b2", "0b2"],
  ["1_000", 1000],
  ["1__000", 1000],
  ["1_", 1],
  ["+_1", 1],
  ["_1", "_1"],
  ["1,000", "1,000"],
  ["1e3", 1000],
  ["1E3", 1000],
  ["1e+3", 1000],
  ["1_0e3", 10_000],
  ["1e400", "1e400"],
  [".5", 0.5],
  ["-.5", -0.5],
  ["._5", "._5"],
  [".7_1", 0.71],
  [".7__1", ".7__1"],
  ["1.", 1],
  ["1.10", 1.1],
  ["1.2.3", "1.2.3"],
  ["12:30:45", "12:30:45"],
  ["1:30", "1:30"],
  ["190:20:30", "190:20:30"],
  ["2026-11-20", "2026-11-20"],
  ["2026-11-20T10:00:00Z", "2026-11-20T10:00:00Z"],
  ["9007199254740991", 9_007_199_254_740_991],
  ["-9007199254740991", -9_007_199_254_740_991],
  ["infinity", "infinity"],
  ["NaN", "NaN"],
  ["=", "="],
  ["<<", "<<"],
  ["'on'", "on"],
  ['"017"', "017"],
  ["!!str 12", "12"],
  ['!!int "12"', 12],
  ["! 12", "12"],
];

describe("a scalar reads as kubectl reads it", () => {
  test.each(golden)("%s → %j", (scalar, value) => {
    expect(read(`v: ${scalar}\n`)).toStrictEqual({ v: value });
  });
});

describe("mappings read as kubectl reads them", () => {
  test.each<[string, unknown, string]>([
    ["<<: {a: 2}\na: 1\n", { a: 1 }, "a key of its own wins over a merged one"],
    ["<<: [{a: 1}, {a: 2, b: 3}]\n", { a: 1, b: 3 }, "the first merged mapping wins"],
    ["b: &x {a: 1}\nd:\n  <<: *x\n  c: 5\n", { b: { a: 1 }, d: { a: 1, c: 5 } }, "merge by alias"],
    ["a: &x [1]\nb: *x\n", { a: [1], b: [1] }, "an alias stands for its value"],
    ["'<<': 1\n", { "<<": 1 }, "in quotes it is a key like any other"],
    ["a: 1\n'<<': 1\n", { a: 1, "<<": 1 }, "also in a later place"],
    ["1: a\n", { "1": "a" }, "an integer key becomes a string"],
    ["017: a\n", { "15": "a" }, "by its value"],
    ["yes: a\n", { true: "a" }, "so does a boolean key"],
  ])("$2: $0", (source, value) => {
    expect(read(source)).toStrictEqual(value);
  });
});

describe("what would be read differently elsewhere, or not exactly, is refused", () => {
  test.each([
    ["a: 1\na: 2\n", /line 2: duplicated mapping key/, "kubectl would take the second silently"],
    ["1: a\n'1': b\n", /duplicated mapping key/, 'both are the key "1"'],
    ["a: 1\n<<: {a: 2}\n", /line 2: the merge key << must come first/, "go-yaml lets it override"],
    ["v: 9007199254740992\n", /\.v is a number beyond ±2\^53/, "the first inexact one"],
    ["v: [0xFFFFFFFFFFFFFFFFFF]\n", /\.v\[0\] .* beyond/, "hexadecimal as well"],
    ["v: 1e16\n", /\.v is a number beyond/, "it would be written as an integer"],
    ["9007199254740993: a\n", /put it in quotes/, "a key would lose digits too"],
    ["v: .inf\n", /\.v is not a number that JSON knows/, "kubectl fails too"],
    ["v: .NaN\n", /\.v is not a number that JSON knows/, "kubectl fails too"],
    ["~: a\n", /put it in quotes/, "kubectl fails too"],
    ["1.5: a\n", /put it in quotes/, "Go and JavaScript print floats differently"],
    ["__proto__: {a: 1}\n", /__proto__ is not allowed/, "no object of Kubernetes has it"],
    ["a: !foo bar\n", /unknown scalar tag/, "kubectl would drop the tag silently"],
    ["a: !!binary aGVsbG8=\n", /unknown scalar tag/, "bytes have no place in JSON"],
    ["a: !!set {b}\n", /unknown mapping tag/, "sets have no place in JSON"],
    ["a: *b\n", /unidentified alias/, "there is no such anchor"],
    ["a: &a [*a]\n", /contains itself/, "a cycle has no end"],
    ["a: [\n", /f\.yaml, line \d/, "a syntax error names its line"],
    ["a: \0\n", /null byte/, "no YAML"],
  ])("$2: $0", (source, message) => {
    expect(() => read(source)).toThrow(message);
  });
});
