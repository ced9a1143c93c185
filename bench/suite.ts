import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { StageTime, SuiteFigures } from "../hack/suite/tables.ts";
import { atMost, type Benchmark, median, type Row, type Target } from "./frame.ts";

const root = join(import.meta.dirname, "..");

/** Seconds that a run may take with warm tools on two cores. */
const limits = { all: 1_200, unit: 90, "types, format, lint, generated": 15 };

/** `make test`, once or several times in a row, without its set-up. */
async function runOnce(folder: string): Promise<SuiteFigures> {
  const file = join(folder, "figures.json");
  const args = [join(root, "hack", "run-tests.ts"), `--figures=${file}`];
  const child = spawn(process.execPath, args, { cwd: root, stdio: ["ignore", 2, 2] });
  await once(child, "exit");
  return JSON.parse(readFileSync(file, "utf8")) as SuiteFigures;
}

function rowOf(name: string, stages: readonly StageTime[]): Row {
  const seconds = median(stages.map(({ wallMs }) => wallMs)) / 1000;
  // Two cores without a pause between the work: no arrangement of the files is quicker.
  const used = median(stages.map(({ processor }) => processor.usedMs)) / 1000;
  const reference = used / availableParallelism();
  return {
    ...{ case: name, metric: "wall time", unit: "s" },
    ...{ median: seconds, runs: stages.length, reference, ratio: seconds / reference },
  };
}

export const suite: Benchmark = {
  name: "suite",
  about: `make test, stage by stage, and its slowest files (--runs N in a row).
The reference is the processor time of the machine meanwhile, divided by its cores.`,
  run: async (progress) => {
    const { values } = parseArgs({
      args: process.argv.slice(3),
      options: { runs: { type: "string", default: "1" } },
    });
    const folder = mkdtempSync(join(tmpdir(), "forge-bench-suite-"));
    const runs: SuiteFigures[] = [];
    try {
      for (let run = 1; run <= Number(values.runs); run++) {
        runs.push(await runOnce(folder));
        const { passed, failed, whole } = runs.at(-1) as SuiteFigures;
        progress(`run ${run}: ${passed} passed, ${failed} failed, ${whole.wallMs / 1000} s`);
      }
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
    const [first] = runs;
    if (first === undefined) throw new Error("--runs must be at least 1");
    const names = first.stages.map(({ name }) => name);
    const stagesOf = (name: string) =>
      runs.flatMap(({ stages }) => stages.filter((stage) => stage.name === name));
    const rows = names.map((name) => rowOf(name, stagesOf(name)));
    rows.push(
      rowOf(
        "all",
        runs.map(({ whole }) => whole),
      ),
    );
    const targets = rows.flatMap(({ case: name, median: value }): Target[] => {
      const limit = (limits as Readonly<Record<string, number>>)[name];
      return limit === undefined ? [] : [atMost(`${name}, s`, limit, value)];
    });
    return { rows, targets };
  },
};
