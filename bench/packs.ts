import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { atMost, type Benchmark, median, type Row, type Target } from "./frame.ts";

const program = join(import.meta.dirname, "packs", "measure.ts");
const runs = 5;

interface Figures {
  readonly ms: number;
  readonly longestMs: number;
  readonly mebibytes: number;
}

function measure(order: string, deltas: number): Figures {
  const args = [program, order, String(deltas)];
  return JSON.parse(execFileSync(process.execPath, args, { encoding: "utf8" })) as Figures;
}

/** Packs of git whose deltas stand in a good order, and in the worst. */
export const packs: Benchmark = {
  name: "packs",
  about:
    "packs of git of one small object and so many deltas on it, read as the controller does, each in a process of its own: the base comes last. The reference is the same pack with the base first.",
  run: async (progress) => {
    const rows: Row[] = [];
    const targets: Target[] = [];
    for (const deltas of [10_000, 40_000]) {
      const read = { "base-first": [] as Figures[], "base-last": [] as Figures[] };
      for (let run = 0; run < runs; run++) {
        progress(`${deltas} deltas, run ${run + 1} of ${runs}`);
        for (const order of ["base-first", "base-last"] as const) {
          read[order].push(measure(order, deltas));
        }
      }
      const row = (metric: string, unit: string, field: keyof Figures): Row => {
        const value = median(read["base-last"].map((figures) => figures[field]));
        const reference = median(read["base-first"].map((figures) => figures[field]));
        const about = { case: `${deltas} deltas`, metric, unit, runs };
        return { ...about, median: value, reference, ratio: value / reference };
      };
      const time = row("time", "ms", "ms");
      const pause = row("longest turn of the event loop", "ms", "longestMs");
      rows.push(time, pause, row("memory above the pack", "MiB", "mebibytes"));
      targets.push(atMost(`time of ${deltas} deltas, of the base first`, 2, time.ratio ?? 0));
      targets.push(atMost(`longest turn, ms: ${deltas} deltas`, 200, pause.median));
    }
    return { rows, targets };
  },
};
