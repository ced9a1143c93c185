// Runs every check and test; the last line counts the tests: `make test`.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { chosenMaker } from "../test/ground/cluster.ts";
import { lacksForKind } from "../test/ground/kind.ts";
import { missingPrograms } from "./debian-packages.ts";
import { between, processorTime } from "./suite/processor-time.ts";
import { failureText } from "./suite/report.ts";
import { runPreparation, runStage, type StageResult } from "./suite/run-stage.ts";
import { type Stage, stages } from "./suite/stages.ts";
import { fileTable, type StageTime, type SuiteFigures, stageTable } from "./suite/tables.ts";

const { values } = parseArgs({
  options: {
    only: { type: "string" },
    /** A file for the figures of both tables, as JSON. */
    figures: { type: "string" },
  },
});
const only = values.only?.split(",");
const strict = process.env["CI"] === "true";
// A cluster that was asked for is not left out.
const refused = clusterRefused();
if (refused !== undefined && (only ?? ["e2e"]).includes("e2e")) {
  console.error(refused);
  process.exit(1);
}
const folder = mkdtempSync(join(tmpdir(), "forge-tests-"));
const groups = stages
  .map((group) => group.filter(({ name }) => only === undefined || only.includes(name)))
  .filter((group) => group.length > 0);
const broken: string[] = [];
const preparations = new Map(
  groups.flat().map((stage) => [stage.name, runPreparation(stage, folder)]),
);

/** Why the cluster that $CLUSTER chooses cannot be had; the default is left out where it cannot. */
function clusterRefused(): string | undefined {
  try {
    return chosenMaker() === "kind" ? lacksForKind() : undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function runGroup(group: readonly Stage[]): Promise<StageResult[]> {
  const runnable: Stage[] = [];
  for (const stage of group) {
    await preparations.get(stage.name);
    const lack = stage.missing?.();
    if (lack === undefined) {
      runnable.push(stage);
      continue;
    }
    console.log(`== ${stage.name}: left out: ${lack}`);
    if (strict && !stage.optional) broken.push(`${stage.name} was left out: ${lack}`);
  }
  const live = runnable.length === 1;
  if (live) console.log(`== ${runnable[0]?.name}`);
  return Promise.all(runnable.map((stage) => runStage(stage, { folder, live })));
}

const times: StageTime[] = [];
const results: StageResult[] = [];
const started = { at: Date.now(), processor: processorTime() };
for (const group of groups) {
  const from = processorTime();
  const done = await runGroup(group);
  if (done.length === 0) continue;
  results.push(...done);
  times.push({
    name: done.map(({ name }) => name).join(", "),
    wallMs: Math.max(...done.map(({ wallMs }) => wallMs)),
    processor: between(from, processorTime()),
  });
}
const whole: StageTime = {
  name: "all",
  wallMs: Date.now() - started.at,
  processor: between(started.processor, processorTime()),
};
rmSync(folder, { recursive: true, force: true });

const reports = results.flatMap(({ report }) => report ?? []);
const sum = (state: "passed" | "failed" | "skipped") =>
  reports.reduce((total, report) => total + report[state], 0);
broken.push(...results.flatMap((result) => result.broken ?? []));
const missing = missingPrograms();
if (strict && missing.length > 0) broken.push(`missing programs: ${missing.join(", ")}`);
if (strict && sum("skipped") > 0) broken.push(`${sum("skipped")} tests were skipped`);

const files = reports.flatMap((report) => report.files);
if (files.length > 0) console.log(`\n${fileTable(files)}`);
console.log(`\n${stageTable(times, whole)}\n`);
if (values.figures !== undefined) {
  const figures: SuiteFigures = {
    stages: times,
    whole,
    files,
    passed: sum("passed"),
    failed: sum("failed"),
  };
  writeFileSync(values.figures, JSON.stringify(figures));
}
for (const failure of reports.flatMap(({ failures }) => failures)) {
  console.log(failureText(failure));
}
for (const reason of broken) console.log(`failed: ${reason}`);
if (only === undefined) {
  // Anything that broke outside of a test counts as one failure, so that the line never looks green.
  const failed = Math.max(sum("failed"), broken.length > 0 ? 1 : 0);
  const skipped = sum("skipped") > 0 ? `, ${sum("skipped")} skipped` : "";
  console.log(`${sum("passed")} passed, ${failed} failed${skipped}`);
}
process.exit(broken.length > 0 ? 1 : 0);
