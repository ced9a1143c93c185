import { below, mutated, type Random } from "../random.ts";
import type { Shapes } from "./shape.ts";

const times = (count: number, line: (index: number) => string): string =>
  Array.from({ length: count }, (_none, index) => line(index)).join("");

const names = (anchor: string, count: number) =>
  Array.from({ length: count }, () => `*${anchor}`).join(", ");

/** Anchors of which each names the one before it so many times. */
function laughs(levels: number, each: number): string {
  const first = `a0: &a0 [${Array.from({ length: each }, () => "ha").join(", ")}]\n`;
  return `${first}${times(levels, (index) => `a${index + 1}: &a${index + 1} [${names(`a${index}`, each)}]\n`)}`;
}

/** The same with mappings that are merged. */
function mergedLaughs(levels: number, each: number): string {
  const of = (index: number) =>
    Array.from({ length: each }, (_none, key) => `  k${key}: {<<: *m${index}}\n`).join("");
  return `m0: &m0 {a: 1}\n${times(levels, (index) => `m${index + 1}: &m${index + 1}\n${of(index)}`)}`;
}

/** A manifest around a text that stands in its data. */
export function manifestAround(data: string): string {
  return `apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\ndata:\n  a: ${data}\n`;
}

const head = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n";
const some = `${head}data:\n  a: "1"\n  b: &x [1, 2]\n  c: *x\n`;

/** Each is below 1,000,000 characters, since a Release holds no more. */
export const yamlShapes: Shapes<string> = {
  "a billion laughs": () => head + laughs(20, 10),
  "two to the thirtieth laughs": () => head + laughs(30, 2),
  "merged laughs": () => head + mergedLaughs(12, 9),
  "an alias of all before it, many times": () =>
    `${head}x: &x [${"1, ".repeat(50_000)}1]\n${times(20_000, (index) => `k${index}: *x\n`)}`,
  "an anchor that holds itself": () => `${head}data: &x {a: *x, b: [*x]}\n`,
  "four hundred thousand brackets": () => `${head}data: ${"[".repeat(400_000)}`,
  "closed brackets": () => manifestAround("[".repeat(200_000) + "]".repeat(200_000)),
  "brackets of mappings": () => manifestAround(`${"{a: ".repeat(100_000)}1${"}".repeat(100_000)}`),
  "a thousand blocks within blocks": () =>
    `${head}data:\n${times(1_300, (index) => `${" ".repeat(index + 1)}a:\n`)}`,
  "lists of lists in one line": () => `${head}data:\n  ${"- ".repeat(300_000)}a\n`,
  "two hundred thousand documents": () => "---\n".repeat(200_000) + some,
  "documents that end": () => "...\n---\n".repeat(100_000) + some,
  "one key thirty thousand times": () => `${head}data:\n${"  a: 1\n".repeat(30_000)}`,
  "sixty thousand keys": () => `${head}data:\n${times(60_000, (index) => `  k${index}: "1"\n`)}`,
  "keys of mappings": () =>
    `${head}data:\n${times(20_000, (index) => `  ? {a: ${index}}\n  : 1\n`)}`,
  "a key of a megabyte": (random) => `${head}? ${"k".repeat(900_000 + below(random, 999))}\n: 1\n`,
  "a text that does not end": () => `${head}data: "${"\\u0041".repeat(150_000)}`,
  "a text in many lines": () => `${head}data: ${"word\n  ".repeat(130_000)}\n`,
  "folded texts of empty lines": () => `${head}data: >\n${" \n".repeat(400_000)}`,
  "comments alone": () => `${"# nothing\n".repeat(90_000)}${some}`,
  "spaces before a comment": () => `${head}data: a${" ".repeat(900_000)}#\n`,
  "tags of programs": () =>
    `${head}data: !!js/function "function () { while (true) {} }"\nb: !!python/object/apply:os.system [true]\nc: !<tag:yaml.org,2002:binary> "${"A".repeat(100_000)}"\n`,
  "ten thousand tags": () =>
    `%TAG !e! tag:example.com:\n---\n${head}data: [${"!e!x a, ".repeat(90_000)}]\n`,
  "numbers without end": () =>
    `${head}a: 1e999999999\nb: ${"9".repeat(300_000)}\nc: 0x${"f".repeat(300_000)}\nd: .${"0".repeat(100_000)}1\ne: -.inf\n`,
  "names of prototypes": () =>
    `${head}__proto__: {polluted: true}\nconstructor: {prototype: {a: 1}}\ndata: {<<: {__proto__: {b: 1}}}\ntoString: 1\n`,
  "letters that are none": () => `${head}data: "\ud800\udfff\u0000\ufeff\u2028\u0085"\n\ud800: 1\n`,
  "tabs and returns": () => `${head}data:\n${"\t \r".repeat(200_000)}a: 1\r\r\n`,
  "a list of ten thousand manifests": () =>
    `apiVersion: v1\nkind: List\nitems:\n${times(10_000, (index) => `- {apiVersion: v1, kind: ConfigMap, metadata: {name: c${index}}}\n`)}`,
  "lists in lists of manifests": () =>
    `${"{apiVersion: v1, kind: List, items: [".repeat(10_000)}${"]}".repeat(10_000)}`,
  "an object of ten megabytes, once written": () =>
    `${head}x: &x "${"y".repeat(30_000)}"\ndata: {${times(400, (index) => `k${index}: *x, `)}}\n`,
  "bytes that were changed": (random: Random) =>
    mutated(random, Buffer.from(some)).toString("utf8"),
};
