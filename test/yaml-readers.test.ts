import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ForgeError } from "../src/api/index.ts";
import { releasePointerFormat } from "../src/gitops/index.ts";
import { deploymentOf } from "../src/gitops/testing/requests.ts";
import { readEnvironmentConfig } from "../src/plugin/testing/environment-config.ts";
import { renderYaml } from "../src/render/index.ts";
import { textsIn } from "../src/yaml/index.ts";
import { readWithKubectl } from "./kubectl-reader.ts";

// The object that forge judged and the one that kubectl and Argo CD then read must be the same, whatever
// the text was. Texts are drawn at random around those in which readers are known to differ.

const samples = 300;
const corpus = [
  ..."\u0085\u2028\u2029\ufeff\u00a0\u200b\u007f\t\r\f\v",
  ...["\r\n", "\n---\n", "\n...\n", "---", "...", "--- ", "\n--- !x\n", "%YAML 1.1\n---\n"],
  ...["<<: {kind: Other}\n", "? ", "? a\n: b\n", "!!binary YQ==", "!!str ", "!x ", "&a ", "*a"],
  ...["kind: ClusterRoleBinding", "items: [{kind: Other}]\n", "\nkind: Other\n", "#", " # ", "|\n"],
  ...[">-\n", "|2\n", "'", '"', "''", '"\\\n', "\\u2028", "\\N", "\\L", "[", "]", "{", "}", ","],
  ...[": ", ":", "- ", "-", "yes", "on", "~", "null", "017", "0o17", "1_000", "1:30", "12e03"],
  ...[
    "2026-11-28",
    ".5",
    "0x1F",
    "=",
    "@",
    "`",
    "%",
    " ",
    "\n",
    "  ",
    "\0",
    "é",
    "😀",
    '"\\ud800"',
  ],
] as const;

const piece = fc.oneof(
  fc.constantFrom(...corpus),
  fc.string({ unit: fc.constantFrom(...corpus), maxLength: 3 }),
  fc.string({ unit: "binary", maxLength: 3 }),
);

/** A text with pieces put into it, and some of it cut out. */
function changed(seeds: readonly string[]): fc.Arbitrary<string> {
  const change = fc.record({ at: fc.nat(2_000), cut: fc.nat(2), piece });
  return fc
    .tuple(fc.constantFrom(...seeds), fc.array(change, { minLength: 1, maxLength: 3 }))
    .map(([seed, changes]) =>
      changes.reduce((text, { at, cut, piece: inserted }) => {
        const start = at % (text.length + 1);
        return `${text.slice(0, start)}${inserted}${text.slice(start + cut)}`;
      }, seed),
    );
}

/** The texts that a function accepts, each with its result. */
function accepted<Result>(texts: readonly string[], read: (text: string) => Result) {
  return texts.flatMap((text) => {
    try {
      return [{ text, result: read(text) }];
    } catch (error) {
      if (error instanceof ForgeError) return [];
      throw error;
    }
  });
}

const environmentConfig = `# Ours.
apiVersion: apiextensions.crossplane.io/v1beta1
kind: EnvironmentConfig
metadata: {name: production}
data:
  replicas: 3 # as ever
  enabled: yes
  text: "a b"
  block: |
    one
    two
`;

const pointer = `# Ask team-auth.
${releasePointerFormat.create(deploymentOf())}`.replace("spec:", "spec:\n  note: 'a b' # c");

/** Keys at all depths, and the values that are texts to both. */
function skeleton(value: unknown, texts: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map((item, index) => skeleton(item, Array.isArray(texts) ? texts[index] : ""));
  }
  if (typeof value === "object" && value !== null) {
    const other = (texts ?? {}) as Readonly<Record<string, unknown>>;
    const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(entries.map(([key, item]) => [key, skeleton(item, other[key])]));
  }
  // A plain number or word is a text to one of them: no difference in what is where.
  return typeof value === "string" ? value : texts;
}

describe("what forge accepts means the same to kubectl", () => {
  test("env.yaml: the plugin hands on what it has judged", () => {
    const texts = fc.sample(changed([environmentConfig]), samples);
    const known = corpus.map((text) => `${environmentConfig}# ${text}kind: Other\n`);
    const read = accepted([...known, ...texts], readEnvironmentConfig);
    expect(read.length).toBeGreaterThan(samples / 10);
    const readings = readWithKubectl(read.map(({ result }) => result));
    for (const [index, { text, result }] of read.entries()) {
      expect({ text, read: readings[index] }).toEqual({ text, read: [JSON.parse(result)] });
    }
  });

  test("pointer files: forge's readers and kubectl's find the same fields", () => {
    const texts = fc.sample(changed([pointer]), samples);
    const known = corpus.map((text) => pointer.replace("# c", `# c${text}kind: Other`));
    const pointers = accepted([...known, ...texts], (text) => {
      releasePointerFormat.open(text, "release.yaml");
      return textsIn(text)[0];
    });
    expect(pointers.length).toBeGreaterThan(samples / 10);
    const readings = readWithKubectl(pointers.map(({ text }) => text));
    for (const [index, { text, result }] of pointers.entries()) {
      const [found, ...more] = readings[index] ?? [];
      const read = { text, more, found: skeleton(found, result) };
      expect(read).toEqual({ text, more: [], found: skeleton(result, result) });
    }
  });

  test("release images: what is rendered is read as it was judged", () => {
    const word = fc.oneof(piece, fc.string({ unit: "grapheme", maxLength: 12 }));
    const key = word.filter((text) => text !== "__proto__" && text.isWellFormed());
    const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
      tree: fc.oneof(
        { depthSize: "small" },
        word.filter((text) => text.isWellFormed()),
        fc.constantFrom(true, false, null, 0, -1, 1.5, 1e-7, 2 ** 53 - 1),
        fc.array(tie("tree"), { maxLength: 3 }),
        fc.dictionary(key, tie("tree"), { maxKeys: 3, noNullPrototype: true }),
      ),
    }));
    const objects = fc.sample(fc.dictionary(key, tree, { noNullPrototype: true }), samples);
    const manifests = objects.flatMap((data) =>
      renderYaml([
        {
          path: "a.json",
          content: JSON.stringify({
            ...{ apiVersion: "example.com/v1", kind: "Widget", metadata: { name: "a" }, data },
          }),
        },
      ]),
    );
    const readings = readWithKubectl(manifests.map(({ yaml }) => yaml));
    for (const [index, { object, yaml }] of manifests.entries()) {
      expect({ yaml, read: readings[index] }).toEqual({ yaml, read: [object] });
    }
  });
});
