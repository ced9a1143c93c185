import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readReport, type SuiteReport } from "./report.ts";
import type { Stage } from "./stages.ts";

export interface StageResult {
  readonly name: string;
  readonly wallMs: number;
  /** Set for a run of vitest that wrote one. */
  readonly report?: SuiteReport;
  /** Names what went wrong, apart from failed tests. */
  readonly broken?: string;
}

export interface StageOptions {
  /** For logs and reports. */
  readonly folder: string;
  /** Whether its output is shown as it comes, or at its end in one piece. */
  readonly live: boolean;
  readonly extraArgs?: readonly string[];
}

/** Runs a stage to its end. */
export async function runStage(stage: Stage, options: StageOptions): Promise<StageResult> {
  const { name } = stage;
  const report = join(options.folder, `${name}.json`);
  const log = options.live ? undefined : join(options.folder, `${name}.log`);
  const started = Date.now();
  const [program, ...args] = stage.command;
  const reporters = stage.counted
    ? ["--reporter=default", "--reporter=./hack/suite/reporter.ts"]
    : [];
  const env = { ...process.env, FORGE_SUITE_REPORT: report };
  const code = await execute(
    [program, ...args, ...reporters, ...(options.extraArgs ?? [])],
    ...[log, env],
  );
  const wallMs = Date.now() - started;
  if (log !== undefined) process.stdout.write(`== ${name}\n${readFileSync(log, "utf8")}`);
  const result = { name, wallMs };
  if (!stage.counted) return code === 0 ? result : { ...result, broken: name };
  const counts = readReport(report);
  if (counts === undefined) return { ...result, broken: `${name} (no report)` };
  if (code !== 0) return { ...result, report: counts, broken: name };
  const ran = counts.passed + counts.failed;
  return { ...result, report: counts, ...(ran === 0 && { broken: `${name} (no test ran)` }) };
}

/** Runs what a stage prepares; prints its output only when it fails. */
export async function runPreparation(stage: Stage, folder: string): Promise<void> {
  if (stage.prepare === undefined) return;
  const log = join(folder, `${stage.name}-preparation.log`);
  const code = await execute(stage.prepare, log);
  if (code !== 0) process.stdout.write(readFileSync(log));
}

/** Exit code of a program; its output goes to a file where one is named. */
function execute(
  [program = "", ...args]: readonly string[],
  log?: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<number> {
  const output = log === undefined ? ("inherit" as const) : openSync(log, "w");
  const child = spawn(program, args, { stdio: ["ignore", output, output], env });
  if (typeof output === "number") closeSync(output);
  const { promise, resolve } = Promise.withResolvers<number>();
  child.once("error", (error) => {
    process.stderr.write(`${program}: ${error.message}\n`);
    resolve(1);
  });
  child.once("exit", (code) => resolve(code ?? 1));
  return promise;
}
