import { existsSync, globSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";

// Files that other programs read: the host of the repository, editors, Renovate. Nothing runs them
// here, so that a fact which stands twice is compared instead.

const root = join(import.meta.dirname, "..");
const read = (path: string) => readFileSync(join(root, path), "utf8");
const found = (pattern: string) => globSync(pattern, { cwd: root });
const json = <T>(path: string) => JSON.parse(read(path)) as T;

describe("issue forms", () => {
  interface Form {
    readonly name: string;
    readonly description: string;
    readonly body: readonly {
      readonly type: string;
      readonly id?: string;
      readonly attributes: Readonly<Record<string, unknown>>;
    }[];
  }

  const forms = found(".github/ISSUE_TEMPLATE/*.yaml").map((path) => ({
    path,
    form: parse(read(path), { strict: true }) as Form,
  }));

  test("there is one for a bug and one for a feature", () => {
    expect(forms.map(({ path }) => basename(path)).toSorted()).toEqual([
      "bug.yaml",
      "feature.yaml",
    ]);
  });

  test.each(forms)("$path has what a form needs", ({ form }) => {
    expect(form.name).toMatch(/./);
    expect(form.description).toMatch(/./);
    const questions = form.body.filter(({ type }) => type !== "markdown");
    const ids = questions.map(({ id }) => id);
    expect(new Set(ids).size).toBe(questions.length);
    expect(questions.filter(({ attributes }) => attributes["label"] === undefined)).toEqual([]);
  });

  test("name pages that are there", () => {
    const named = forms.flatMap(({ path }) =>
      [...read(path).matchAll(/`([\w./-]+\.md)`/g)].map(([, page = ""]) => page),
    );
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((page) => !existsSync(join(root, page)))).toEqual([]);
  });
});

describe("an editor formats as biome does", () => {
  const { formatter } = json<{
    formatter: { indentStyle: string; indentWidth: number; lineWidth: number };
  }>("biome.json");
  const [, general = ""] = /\[\*\]\n((?:.+\n)+)/.exec(read(".editorconfig")) ?? [];

  test.each([
    { setting: "indent_style", value: formatter.indentStyle },
    { setting: "indent_size", value: formatter.indentWidth },
    { setting: "max_line_length", value: formatter.lineWidth },
  ])("$setting is $value", ({ setting, value }) => {
    expect(general.split("\n")).toContain(`${setting} = ${value}`);
  });
});

describe("one version of each", () => {
  const { devDependencies } = json<{ devDependencies: Readonly<Record<string, string>> }>(
    "package.json",
  );
  const [, kubernetes = ""] =
    /k8s\.io\/kubernetes (v[\d.]+)/.exec(read("tools/kubernetes/go.mod")) ?? [];
  const [, go = ""] = /oldestGo = \[(\d+, \d+)\]/.exec(read("tools/go.ts")) ?? [];
  const { features } = json<{ features: Readonly<Record<string, { version: string }>> }>(
    ".devcontainer/devcontainer.json",
  );

  test.each([
    {
      because: "what is built is what kind runs",
      version: kubernetes,
      stands: /kindest\/node:(\S+)/.exec(read("kind-config.yaml"))?.[1],
    },
    {
      because: "a development container has the Node of package.json",
      version: devDependencies["node"]?.split(".")[0],
      stands: features["ghcr.io/devcontainers/features/node:1"]?.version,
    },
    {
      because: "and the Go that builds the tools",
      version: go.replace(", ", "."),
      stands: features["ghcr.io/devcontainers/features/go:1"]?.version,
    },
  ])("$because: $version", ({ version, stands }) => {
    expect(version).toMatch(/\d/);
    expect(stands).toBe(version);
  });
});

describe("Renovate", () => {
  const renovate = json<{
    enabledManagers: readonly string[];
    customManagers: readonly { managerFilePatterns: string[]; matchStrings: string[] }[];
    packageRules: readonly { matchFileNames?: string[] }[];
  }>("renovate.json");

  test.each([
    { because: "npm packages", manager: "npm", files: "package.json" },
    { because: "the tools that tests run against", manager: "gomod", files: "tools/*/go.mod" },
    { because: "the evaluator of CUE", manager: "gomod", files: "cue/go.mod" },
    {
      because: "the generated client and schemathesis",
      manager: "pip_requirements",
      files: "tools/python/requirements.txt",
    },
    { because: "actions", manager: "github-actions", files: ".github/workflows/*.yaml" },
  ])("looks after $because", ({ manager, files }) => {
    expect(renovate.enabledManagers).toContain(manager);
    expect(found(files)).not.toEqual([]);
  });

  test.each(renovate.customManagers)("finds versions in $managerFilePatterns", (manager) => {
    const patterns = manager.managerFilePatterns.map((text) => new RegExp(text.slice(1, -1)));
    const files = found("{*,tools/*}").filter((path) => patterns.some((each) => each.test(path)));
    expect(files).toHaveLength(1);
    const values = manager.matchStrings.flatMap((text) =>
      [...read(files[0] ?? "").matchAll(new RegExp(text, "g"))].map(
        ({ groups }) => groups?.["currentValue"],
      ),
    );
    expect(new Set(values).size).toBe(1);
  });

  test("its rules name files that are there", () => {
    const named = renovate.packageRules.flatMap(({ matchFileNames = [] }) => matchFileNames);
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((pattern) => found(pattern).length === 0)).toEqual([]);
  });
});

test("owners are teams of one organisation", () => {
  const lines = read(".github/CODEOWNERS").split("\n");
  const rules = lines.filter((line) => line !== "" && !line.startsWith("#"));
  expect(rules.length).toBeGreaterThan(0);
  const patterns = rules.map((line) => line.split(" ")[0] ?? "");
  const gone = patterns.filter((path) => path !== "*" && !existsSync(join(root, dirname(path))));
  expect(gone).toEqual([]);
  expect(rules.filter((line) => !/^\S+( @[\w-]+\/[\w-]+)+$/.test(line))).toEqual([]);
});
