// Every check and test, one after another; the last line counts the tests: `make test`.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { parseArgs } from "node:util";
import { lacksForNode } from "../test/ground/node-requirements.ts";
import { locateTool } from "../tools/locate.ts";
import { locatePythonTool } from "../tools/python/venv.ts";
import { missingPrograms } from "./debian-packages.ts";

interface Step {
  readonly name: string;
  readonly command: readonly string[];
  /** Whether it is a run of vitest, whose report is counted. */
  readonly counted?: boolean;
  /** Begun with the first step and awaited before this one: a build that fills idle time. */
  readonly prepare?: readonly [string, ...string[]];
  /** What it would need and cannot have; a suite that lacks something is left out, and said so. */
  readonly missing?: () => string | undefined;
}

const containerEngine = () =>
  spawnSync("docker", ["info"], { stdio: "ignore", timeout: 20_000 }).status === 0;

const steps: readonly Step[] = [
  { name: "types", command: ["tsc"] },
  { name: "format", command: ["biome", "check", "."] },
  { name: "lint", command: ["oxlint", "--deny-warnings", "."] },
  { name: "generated", command: ["node", "hack/check-generated.ts"] },
  { name: "unit", command: ["vitest", "run", "--project", "unit"], counted: true },
  { name: "system", command: ["vitest", "run", "--project", "system"], counted: true },
  {
    name: "contract",
    command: ["vitest", "run", "--project", "contract"],
    counted: true,
    missing: () =>
      locatePythonTool("schemathesis") === undefined
        ? "programs from PyPI are not here"
        : undefined,
  },
  {
    name: "e2e",
    command: ["vitest", "run", "--project", "e2e"],
    counted: true,
    prepare: ["nice", "-n", "19", "node", "hack/prepare-node.ts"],
    missing: () =>
      lacksForNode() ??
      (locateTool("kubelet") === undefined ? "the kubelet is not built" : undefined),
  },
  { name: "soak", command: ["node", "test/soak/main.ts", "--seconds", "60"] },
  {
    name: "containers",
    command: ["vitest", "run", "--project", "containers"],
    counted: true,
    missing: () => (containerEngine() ? undefined : "no container engine answers here"),
  },
];

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** What is read of vitest's report in JSON. */
interface Report {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages: readonly string[];
    }[];
  }[];
}

/** Longest account of one failure, in lines: the whole one stands further up. */
const failureLines = 12;

function linesOfInterest(text: string): string[] {
  const own = text.split("\n").filter((line) => !/^\s+at .*(node_modules|new Promise)/.test(line));
  return own.slice(0, failureLines);
}

/** The failures once more, since hundreds of lines follow the place where they were printed. */
function failuresOf(report: Report): string[] {
  return report.testResults.flatMap(({ name, status, message, assertionResults }) => {
    const file = relative(process.cwd(), name);
    const failed = assertionResults.filter((test) => test.status === "failed");
    const told = failed.map(({ fullName, failureMessages }) => ({
      title: `${file} > ${fullName}`,
      text: failureMessages.join("\n"),
    }));
    // A file that broke outside its tests.
    if (status === "failed" && failed.length === 0) told.push({ title: file, text: message });
    return told.map(({ title, text }) =>
      [`failed test: ${title}`, ...linesOfInterest(text)].join("\n    "),
    );
  });
}

const { values } = parseArgs({ options: { only: { type: "string" } } });
const wanted = values.only?.split(",");
const strict = process.env["CI"] === "true";
const reports = mkdtempSync(join(tmpdir(), "forge-tests-"));
const retried = join(reports, "retried");
writeFileSync(retried, "");
const total: Counts = { passed: 0, failed: 0, skipped: 0 };
const broken: string[] = [];
const failures: string[] = [];

const chosen = steps.filter(({ name }) => wanted === undefined || wanted.includes(name));
const prepared = new Map(
  chosen.flatMap(({ name, prepare }) =>
    prepare === undefined ? [] : [[name, begin(name, prepare)]],
  ),
);

function begin(name: string, [program, ...args]: readonly [string, ...string[]]): Promise<void> {
  const log = join(reports, `${name}-preparation.log`);
  const child = spawn(program, args, { stdio: ["ignore", openSync(log, "w"), openSync(log, "a")] });
  const { promise, resolve } = Promise.withResolvers<void>();
  child.once("error", () => resolve());
  child.once("exit", (code) => {
    if (code !== 0) process.stdout.write(readFileSync(log));
    resolve();
  });
  return promise;
}

for (const step of chosen) {
  await prepared.get(step.name);
  const lack = step.missing?.();
  console.log(lack === undefined ? `== ${step.name}` : `== ${step.name}: left out: ${lack}`);
  if (lack !== undefined) continue;
  const report = join(reports, `${step.name}.json`);
  const [program = "", ...args] = step.command;
  const reporters = step.counted
    ? [
        "--reporter=default",
        "--reporter=json",
        `--outputFile.json=${report}`,
        "--reporter=./hack/retried-reporter.ts",
      ]
    : [];
  const env = { ...process.env, FORGE_RETRIED_TESTS: retried };
  const done = spawnSync(program, [...args, ...reporters], { stdio: "inherit", env });
  if (done.status !== 0) broken.push(step.name);
  if (!step.counted) continue;
  try {
    const counts = JSON.parse(readFileSync(report, "utf8")) as Report;
    total.passed += counts.numPassedTests;
    total.failed += counts.numFailedTests;
    total.skipped += counts.numPendingTests + counts.numTodoTests;
    failures.push(...failuresOf(counts));
    // A suite that ran nothing has shown nothing.
    if (counts.numPassedTests + counts.numFailedTests === 0)
      broken.push(`${step.name} (no test ran)`);
  } catch {
    broken.push(`${step.name} (no report)`);
  }
}
process.stdout.write(readFileSync(retried, "utf8"));
rmSync(reports, { recursive: true, force: true });

const missing = missingPrograms();
if (strict && missing.length > 0) broken.push(`missing programs: ${missing.join(", ")}`);
if (strict && total.skipped > 0) broken.push(`${total.skipped} tests were skipped`);
for (const failure of failures) console.log(failure);
for (const reason of broken) console.log(`failed: ${reason}`);
if (wanted === undefined) {
  // What broke outside a test counts as one failure, so that the line never looks green.
  const failed = Math.max(total.failed, broken.length > 0 ? 1 : 0);
  const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : "";
  console.log(`${total.passed} passed, ${failed} failed${skipped}`);
}
process.exit(broken.length > 0 ? 1 : 0);
