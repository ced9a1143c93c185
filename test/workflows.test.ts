import { existsSync, globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";

const root = join(import.meta.dirname, "..");
const read = (path: string) => readFileSync(join(root, path), "utf8");
const found = (pattern: string) => globSync(pattern, { cwd: root });

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, unknown>>;
}

interface Job {
  readonly steps: readonly Step[];
  readonly permissions?: unknown;
  readonly "timeout-minutes"?: number;
  readonly strategy?: { readonly matrix: Readonly<Record<string, readonly string[]>> };
}

interface Workflow {
  readonly on: Readonly<Record<string, unknown>>;
  readonly permissions?: unknown;
  readonly concurrency?: { readonly group: string };
  readonly jobs: Readonly<Record<string, Job>>;
}

// The parser throws at what is not YAML, at a key that stands twice and at an unknown tag.
const workflows = found(".github/workflows/*.yaml").map((path) => ({
  path,
  workflow: parse(read(path), { strict: true }) as Workflow,
}));
const jobs = workflows.flatMap(({ path, workflow }) =>
  Object.entries(workflow.jobs).map(([name, job]) => ({ name: `${path}: ${name}`, job })),
);
const actionFiles = found(".github/actions/*/action.yaml");
const steps: readonly { readonly name: string; readonly step: Step; readonly job?: Job }[] = [
  ...jobs.flatMap(({ name, job }) => job.steps.map((step) => ({ name, step, job }))),
  ...actionFiles.flatMap((path) => {
    const action = parse(read(path), { strict: true }) as { runs: { steps: Step[] } };
    return action.runs.steps.map((step) => ({ name: path, step }));
  }),
];

/** Targets of the Makefile with their recipes: one may stand twice, in a condition. */
const rules = [...read("Makefile").matchAll(/^([a-z_0-9-]+):([^#\n]*).*\n((?:\t.*\n)*)/gm)].map(
  ([, target = "", needs = "", recipe = ""]) => ({ target, needs: needs.split(" "), recipe }),
);

/** All that make runs for a target, that of its prerequisites included; undefined without a rule. */
function recipeOf(target: string): string | undefined {
  const own = rules.filter((rule) => rule.target === target);
  if (own.length === 0) return undefined;
  return own.flatMap(({ needs, recipe }) => [...needs.map(recipeOf), recipe]).join("");
}

const scripts = Object.keys(
  (JSON.parse(read("package.json")) as { scripts: Record<string, string> }).scripts,
);

/** The value of `${{ matrix.x }}` for every x of the job, as one command each. */
function expand(command: string, matrix: Readonly<Record<string, readonly string[]>>): string[] {
  const [, name] = /\$\{\{ matrix\.([a-z]+) \}\}/.exec(command) ?? [];
  if (name === undefined) return [command];
  return (matrix[name] ?? []).flatMap((value) =>
    expand(command.replace(`\${{ matrix.${name} }}`, value), matrix),
  );
}

const commands = [
  ...steps.flatMap(({ name, step, job }) =>
    (step.run ?? "")
      .split("\n")
      .flatMap((line) => expand(line.trim(), job?.strategy?.matrix ?? {}))
      .map((command) => ({ name, command })),
  ),
  ...read(".ci/run")
    .split("\n")
    .map((command) => ({ name: ".ci/run", command })),
];
const made = commands.flatMap(({ name, command }) => {
  // Up to where the shell goes on: a redirection, a pipe or another command.
  const [, words] = /^make ([^|&;<>]*)/.exec(command.replace(/ \d>.*/, "")) ?? [];
  if (words === undefined) return [];
  const plain = words.split(" ").filter((word) => word !== "" && !word.startsWith("-"));
  const targets = plain.filter((word) => !word.includes("="));
  const variables = plain.filter((word) => word.includes("=")).map((word) => word.split("=")[0]);
  return [{ name, command, targets, variables }];
});

describe("workflows", () => {
  test("run the suites by the same targets as a person does", () => {
    expect(made.flatMap(({ targets }) => targets)).toEqual(
      expect.arrayContaining([
        "check",
        "unit",
        "test",
        "soak",
        "test-hostile",
        "fuzz",
        "bench",
        "test-e2e",
      ]),
    );
  });

  test("name only targets that the Makefile has, and variables that their recipes read", () => {
    const unknown = made.flatMap(({ name, command, targets, variables }) => {
      const texts = targets.map(recipeOf);
      const isKnown =
        texts.every((recipe) => recipe !== undefined) &&
        variables.every((variable) => texts.some((recipe) => recipe?.includes(`$(${variable})`)));
      return isKnown ? [] : [`${name}: ${command}`];
    });
    expect(unknown).toEqual([]);
  });

  test("and the Makefile name only npm scripts that package.json has", () => {
    const called = [
      ...commands.flatMap(({ name, command }) =>
        [...command.matchAll(/\bnpm run (?:--silent )?([\w:-]+)/g)].map(([, script = ""]) => ({
          name,
          script,
        })),
      ),
      ...[...read("Makefile").matchAll(/\$\(RUN\) ([\w:-]+)/g)].map(([, script = ""]) => ({
        name: "Makefile",
        script,
      })),
    ];
    expect(called.length).toBeGreaterThan(10);
    expect(called.filter(({ script }) => !scripts.includes(script))).toEqual([]);
  });

  test("measure by every benchmark but that of make test, which the workflow system times", () => {
    const imports = read("bench/main.ts").matchAll(/^import \{ \w+ \} from "\.\/([\w-]+)\.ts"/gm);
    const benchmarks = [...imports]
      .map(([, name = ""]) => name)
      .filter((name) => name !== "suite")
      .map((name) => `make bench B=${name}`);
    const run = made.filter(({ targets }) => targets.includes("bench"));
    expect(run.map(({ command }) => command)).toEqual(benchmarks);
  });
});

describe("a workflow", () => {
  test.each(workflows)("$path reads the repository and no more", ({ workflow }) => {
    expect(workflow.permissions).toEqual({ contents: "read" });
    expect(Object.values(workflow.jobs).filter((job) => job.permissions)).toEqual([]);
    // It would run a stranger's code with this repository's rights.
    expect(Object.keys(workflow.on)).not.toContain("pull_request_target");
  });

  test.each(workflows)("$path is in a group, so that runs do not pile up", ({ workflow }) => {
    expect(workflow.concurrency?.group).toMatch(/./);
  });

  test.each(jobs)("$name ends", ({ job }) => {
    expect(job["timeout-minutes"]).toBeGreaterThan(0);
    expect(job["timeout-minutes"]).toBeLessThanOrEqual(120);
  });
});

describe("actions", () => {
  const lines = [...workflows.map(({ path }) => path), ...actionFiles].flatMap((path) =>
    [...read(path).matchAll(/uses: (.*)/g)].map(([, uses = ""]) => ({ path, uses })),
  );

  test.each(lines)("$path: $uses is of this checkout, or pinned by its commit", ({ uses }) => {
    const isOwn = uses.startsWith("./") && existsSync(join(root, uses, "action.yaml"));
    const isPinned = /^actions\/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(uses);
    expect(isOwn || isPinned).toBe(true);
  });

  test("one action is pinned to one commit everywhere", () => {
    const pins = new Set(lines.map(({ uses }) => uses).filter((uses) => !uses.startsWith("./")));
    const names = [...pins].map((pin) => pin.split("@")[0]);
    expect(names.toSorted()).toEqual([...new Set(names)].toSorted());
  });

  test("a checkout leaves no credentials behind", () => {
    const checkouts = steps.filter(({ step }) => step.uses?.startsWith("actions/checkout@"));
    const careless = checkouts.filter(({ step }) => step.with?.["persist-credentials"] !== false);
    expect(careless.map(({ name }) => name)).toEqual([]);
  });

  test("the key of a cache is made of files that are there", () => {
    const keys = steps.flatMap(({ step }) => String(step.with?.["key"] ?? ""));
    const patterns = keys
      .flatMap((key) => [...key.matchAll(/hashFiles\(([^)]*)\)/g)])
      .flatMap(([, list = ""]) => list.split(",").map((text) => text.trim().slice(1, -1)));
    expect(patterns.length).toBeGreaterThan(0);
    expect(patterns.filter((pattern) => found(pattern).length === 0)).toEqual([]);
  });
});
