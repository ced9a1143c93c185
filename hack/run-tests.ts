// Every check and test, one after another; the last line counts the tests: `make test`.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { missingPrograms } from "./debian-packages.ts";

interface Step {
  readonly name: string;
  readonly command: readonly string[];
  /** Whether it is a run of vitest, whose report is counted. */
  readonly counted?: boolean;
}

const steps: readonly Step[] = [
  { name: "types", command: ["tsc"] },
  { name: "format", command: ["biome", "check", "."] },
  { name: "lint", command: ["oxlint", "--deny-warnings", "."] },
  { name: "generated", command: ["node", "hack/check-generated.ts"] },
  { name: "unit", command: ["vitest", "run", "--project", "unit"], counted: true },
  { name: "system", command: ["vitest", "run", "--project", "system"], counted: true },
  { name: "soak", command: ["node", "test/soak/main.ts", "--seconds", "60"] },
  { name: "containers", command: ["vitest", "run", "--project", "containers"], counted: true },
];

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

function readReport(file: string): Counts {
  const report = JSON.parse(readFileSync(file, "utf8")) as Record<string, number>;
  return {
    passed: report["numPassedTests"] ?? 0,
    failed: report["numFailedTests"] ?? 0,
    skipped: (report["numPendingTests"] ?? 0) + (report["numTodoTests"] ?? 0),
  };
}

const { values } = parseArgs({ options: { only: { type: "string" } } });
const wanted = values.only?.split(",");
const strict = process.env["CI"] === "true";
const containerEngine =
  spawnSync("docker", ["info"], { stdio: "ignore", timeout: 20_000 }).status === 0;
const reports = mkdtempSync(join(tmpdir(), "forge-tests-"));
const total: Counts = { passed: 0, failed: 0, skipped: 0 };
const broken: string[] = [];

for (const step of steps.filter(({ name }) => wanted === undefined || wanted.includes(name))) {
  if (step.name === "containers" && !containerEngine) {
    console.log("== containers: no container engine answers here; this suite is left out");
    continue;
  }
  console.log(`== ${step.name}`);
  const report = join(reports, `${step.name}.json`);
  const [program = "", ...args] = step.command;
  const reporters = step.counted
    ? ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`]
    : [];
  const done = spawnSync(program, [...args, ...reporters], { stdio: "inherit" });
  if (done.status !== 0) broken.push(step.name);
  if (!step.counted) continue;
  try {
    const counts = readReport(report);
    total.passed += counts.passed;
    total.failed += counts.failed;
    total.skipped += counts.skipped;
    // A suite that ran nothing has shown nothing.
    if (counts.passed + counts.failed === 0) broken.push(`${step.name} (no test ran)`);
  } catch {
    broken.push(`${step.name} (no report)`);
  }
}
rmSync(reports, { recursive: true, force: true });

const missing = missingPrograms();
if (strict && missing.length > 0) broken.push(`missing programs: ${missing.join(", ")}`);
if (strict && total.skipped > 0) broken.push(`${total.skipped} tests were skipped`);
for (const reason of broken) console.log(`failed: ${reason}`);
if (wanted === undefined) {
  // What broke outside a test counts as one failure, so that the line never looks green.
  const failed = Math.max(total.failed, broken.length > 0 ? 1 : 0);
  const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : "";
  console.log(`${total.passed} passed, ${failed} failed${skipped}`);
}
process.exit(broken.length > 0 ? 1 : 0);
