import { describe, expect, test } from "vitest";
import { atOnce } from "../concurrency/index.ts";
import { limits } from "./limits.ts";
import { manifestsIn } from "./parse-manifests.ts";

const configMap = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n";

function parse(content: string | Uint8Array, path = "app.yaml") {
  return atOnce(manifestsIn([{ path, content }]));
}

function codeOf(content: string | Uint8Array): unknown {
  try {
    parse(content);
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
  return undefined;
}

function names(content: string): string[] {
  return parse(content).map(({ kind, name }) => `${kind}/${name}`);
}

function autoscaler(version: string): string {
  return `apiVersion: autoscaling/${version}\nkind: HorizontalPodAutoscaler\nmetadata: {name: a}\n`;
}

describe("objects are found", () => {
  test.each([
    [`---\n# nothing\n---\n${configMap}---\n`, ["ConfigMap/a"], "empty documents are dropped"],
    [
      `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}}`,
      ["ConfigMap/a"],
      "JSON is YAML",
    ],
    [`\uFEFF${configMap}`, ["ConfigMap/a"], "a byte order mark is no content"],
    [
      "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n" +
        "- {apiVersion: v1, kind: Secret, metadata: {name: b}}\n",
      ["ConfigMap/a", "Secret/b"],
      "a List is its items",
    ],
    [
      "apiVersion: apps/v1\nkind: DeploymentList\nitems:\n" +
        "- {apiVersion: apps/v1, kind: Deployment, metadata: {name: d}}\n",
      ["Deployment/d"],
      "so is a list of one kind",
    ],
    [
      `apiVersion: example.com/v1\nkind: AllowList\nmetadata: {name: x}\nspec: {items: [1]}\n`,
      ["AllowList/x"],
      "a kind that ends in List without items is an object",
    ],
    [
      "apiVersion: forge.dev/v1alpha1\nkind: Environment\nmetadata: {name: dev}\n",
      ["Environment/dev"],
      "forge's own kinds may be released",
    ],
    [
      "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {name: 'system:Node'}\n",
      ["ClusterRole/system:Node"],
      "RBAC names are path segments",
    ],
    [
      `${configMap}---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: other}\n`,
      ["ConfigMap/a", "ConfigMap/a"],
      "the same name in another namespace is another object",
    ],
  ])("$2: $0", (content, expected) => {
    expect(names(content)).toEqual(expected);
  });
});

describe("what is no manifest is refused, by file, document and field", () => {
  const place = "app\\.yaml, document 2 \\(line 5\\)";
  const second = (text: string) => `${configMap}---\n${text}`;

  test.each([
    ["- a\n", `${place}: not an object`, "a list is no object"],
    ["just text\n", `${place}: not an object`, "nor is a text"],
    ["kind: A\nmetadata: {name: b}\n", `${place}: apiVersion is missing`, "needed"],
    ["apiVersion: /v1\nkind: A\n", `${place}: apiVersion is "/v1"`, "malformed"],
    ["apiVersion: 1\nkind: A\n", `${place}: apiVersion is 1`, "not a text"],
    ["apiVersion: v1\n", `${place}: kind is missing`, "needed"],
    ["apiVersion: v1\nkind: A/B\n", `${place}: kind is "A/B"`, "it becomes a file name"],
    ["apiVersion: v1\nkind: Pod\n", `${place} \\(Pod\\): metadata is missing`, "needed"],
    ["apiVersion: v1\nkind: Pod\nmetadata: {}\n", "metadata.name is missing", "needed"],
    ["apiVersion: v1\nkind: Pod\nmetadata: {name: 12}\n", "metadata.name is 12", "not a text"],
    ["apiVersion: v1\nkind: Pod\nmetadata: {name: ../x}\n", 'name is "../x"', "no path"],
    ["apiVersion: v1\nkind: Pod\nmetadata: {name: A}\n", 'name is "A"', "lower case only"],
    ["apiVersion: v1\nkind: Pod\nmetadata: {generateName: a-}\n", "generateName", "not stable"],
    ["apiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: A.b}\n", "namespace", "no label"],
    ["apiVersion: v1\nkind: List\n", "items of a List", "a List has items"],
    [
      "apiVersion: example.com/v1\nkind: AllowList\nmetadata: {name: x}\nitems: {a: 1}\n",
      "items of a AllowList",
      "Kubernetes takes whatever has items for a list",
    ],
    [
      "apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: x}\nitems:\n- {apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding, metadata: {name: x}}\n",
      "is a list to Kubernetes",
      "kubectl and Argo CD apply the items of any kind",
    ],
    ["apiVersion: v1\nkind: List\nitems: [1]\n", `${place}, item 1: not an object`, "named"],
    [configMap, `ConfigMap a is there twice: in app.yaml, document 1 .* and in ${place}`, "twice"],
  ])("$2: $0", (text, message) => {
    const content = second(text);
    expect(() => parse(content)).toThrow(new RegExp(message));
    expect(codeOf(content)).toBe("InvalidManifest");
  });

  test("the same object under two versions of its group is there twice", () => {
    expect(() => parse(`${autoscaler("v1")}---\n${autoscaler("v2")}`)).toThrow(/twice/);
  });

  test("nothing at all is NoManifests, other bytes than UTF-8 are InvalidManifest", () => {
    expect(codeOf("# nothing\n---\n")).toBe("NoManifests");
    expect(codeOf(new Uint8Array([0x61, 0x3a, 0x20, 0xff]))).toBe("InvalidManifest");
  });
});

describe("bounds", () => {
  const bomb = [
    configMap.trim(),
    "data:",
    '  a: &a ["lol","lol","lol","lol","lol","lol","lol","lol","lol","lol"]',
    ..."bcdefghij".split("").map((name, index) => {
      const before = "abcdefghi"[index];
      return `  ${name}: &${name} [${Array(10).fill(`*${before}`).join(",")}]`;
    }),
  ].join("\n");

  test("an alias bomb is refused before it is written out", () => {
    expect(() => parse(bomb)).toThrow(/grows too large once its aliases are written out/);
  });

  test("aliases are counted", () => {
    const many = `${configMap}data:\n  a: &a x\n  b: [${Array(1001).fill("*a").join(",")}]\n`;
    expect(() => parse(many)).toThrow(/aliases exceeded/);
  });

  test("nesting is bounded", () => {
    expect(() => parse(`${configMap}data: ${"[".repeat(200)}`)).toThrow(/line 4/);
  });

  test.each(["---\n", "- \n", "-\n", "[],", "{},", "a,", "? \n"])(
    "nodes are counted before a parser takes two hundred bytes for each: %j",
    (node) => {
      const content = (node.endsWith(",") ? "[" : "") + node.repeat(1_600_000);
      expect(codeOf(content)).toBe("SourceTooLarge");
    },
  );

  test("files, their bytes and documents are bounded", () => {
    expect(codeOf("#".repeat(limits.bytesPerFile + 1))).toBe("SourceTooLarge");
    expect(codeOf("---\n".repeat(limits.documents + 1))).toBe("SourceTooLarge");
    const file = { path: "a", content: new Uint8Array(limits.bytesPerFile).fill(0x0a) };
    expect(() => atOnce(manifestsIn([file, file, file]))).toThrow(/more than \d+ bytes/);
  });
});
