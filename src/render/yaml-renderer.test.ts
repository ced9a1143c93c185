import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { countByKind, renderYaml as render, type SourceFile, yamlRenderer } from "./index.ts";

function object(apiVersion: string, kind: string, name: string, namespace?: string): SourceFile {
  const metadata = namespace === undefined ? { name } : { name, namespace };
  return { path: `${kind}-${name}.yaml`, content: JSON.stringify({ apiVersion, kind, metadata }) };
}

const files = [
  object("example.com/v1", "Widget", "w"),
  object("serving.knative.dev/v1", "Service", "k"),
  object("networking.k8s.io/v1", "Ingress", "i"),
  object("apps/v1", "Deployment", "web", "b"),
  object("apps/v1", "Deployment", "web2", "a"),
  object("apps/v1", "Deployment", "api", "b"),
  object("v1", "Service", "s"),
  object("rbac.authorization.k8s.io/v1", "Role", "r"),
  object("v1", "ConfigMap", "c"),
  object("v1", "Secret", "s"),
  object("v1", "ServiceAccount", "sa"),
  object("apiextensions.k8s.io/v1", "CustomResourceDefinition", "widgets.example.com"),
  object("v1", "Namespace", "n"),
];

describe("render", () => {
  test("what others need comes first", () => {
    const order = render(files).map(({ kind, namespace, name }) =>
      [kind, namespace, name].filter(Boolean).join("/"),
    );
    expect(order).toEqual([
      "Namespace/n",
      "CustomResourceDefinition/widgets.example.com",
      "ServiceAccount/sa",
      "Secret/s",
      "ConfigMap/c",
      "Role/r",
      "Service/s",
      "Deployment/a/web2",
      "Deployment/b/api",
      "Deployment/b/web",
      "Ingress/i",
      "Service/k",
      "Widget/w",
    ]);
  });

  test("the order of files changes nothing", () => {
    const expected = render(files);
    fc.assert(
      fc.property(fc.shuffledSubarray(files, { minLength: files.length }), (shuffled) => {
        expect(render(shuffled)).toEqual(expected);
      }),
      { numRuns: 50 },
    );
  });

  test("an object keeps the order of its fields, with values as kubectl reads them", () => {
    const content =
      "kind: ConfigMap\napiVersion: v1\nmetadata: {name: a}\ndata: {z: 'on', a: on}\n";
    const [manifest] = render([{ path: "a.yaml", content }]);
    expect(manifest?.yaml).toBe(
      "kind: ConfigMap\napiVersion: v1\nmetadata:\n  name: a\ndata:\n  z: 'on'\n  a: true\n",
    );
  });

  test("a large project keeps nobody waiting, and ends with its signal", async () => {
    const many = Array.from({ length: 2_000 }, (_none, index) =>
      object("v1", "Service", `s-${index}`),
    );
    const source = { files: many, folder: "", artifacts: {} };
    let turns = 0;
    const turning = setInterval(() => (turns += 1), 0);
    const { manifests } = await yamlRenderer.render(source, new AbortController().signal);
    clearInterval(turning);
    expect(manifests).toHaveLength(2_000);
    expect(turns).toBeGreaterThan(2);
    const stop = new AbortController();
    setImmediate(() => stop.abort(new Error("no time left")));
    await expect(yamlRenderer.render(source, stop.signal)).rejects.toThrow("no time left");
  });

  test("kinds are counted, whatever they are called", () => {
    expect(countByKind(render([...files, object("x.y/v1", "constructor", "a")]))).toMatchObject({
      ConfigMap: 1,
      Deployment: 3,
      Service: 2,
      constructor: 1,
    });
  });
});

describe("a small source that grows beyond the limits", () => {
  const list = (count: number, item: string) => `[${Array(count).fill(item).join(",")}]`;
  const below = (levels: number, value: string) =>
    "{k: ".repeat(levels) + value + "}".repeat(levels);

  test.each([
    {
      because: "each alias is indented by its depth",
      anchored: list(3_000, "1"),
      spec: below(90, list(990, "*a")),
    },
    {
      because: "each line of a text is indented by its depth",
      anchored: `"${"a\\n".repeat(3_000)}"`,
      spec: below(90, list(990, "*a")),
    },
    {
      because: "a number with a fraction is written as often as it is repeated",
      anchored: list(3_000, "1.5"),
      spec: list(500, "*a"),
    },
    {
      because: "a key of several lines has js-yaml write the object",
      anchored: list(3_000, "1"),
      spec: `{"a\\nb": ${list(200, "*a")}}`,
    },
    {
      because: "a control character is written as four",
      anchored: `"${"\\u0001".repeat(20_000)}"`,
      spec: list(990, "*a"),
    },
  ])("is refused for good: $because", ({ anchored, spec }) => {
    const content = `apiVersion: v1\nkind: Thing\nmetadata: {name: a}\nspec: {a: &a ${anchored}, b: ${spec}}\n`;
    expect(() => render([{ path: "a.yaml", content }])).toThrow(
      expect.objectContaining({
        code: expect.stringMatching(/^(InvalidManifest|SourceTooLarge)$/),
      }),
    );
  });
});
