import type { ProcessorTime } from "./processor-time.ts";
import type { FileTime } from "./report.ts";

/** How long one stage took, and the processor time of the machine in it. */
export interface StageTime {
  readonly name: string;
  readonly wallMs: number;
  readonly processor: ProcessorTime;
}

/** Figures of one whole run. */
export interface SuiteFigures {
  readonly stages: readonly StageTime[];
  readonly whole: StageTime;
  readonly files: readonly FileTime[];
  readonly passed: number;
  readonly failed: number;
}

/** Files that the table of slow ones shows. */
const slowestFiles = 25;

/** Wall time and processor time of each stage, with their sum. */
export function stageTable(stages: readonly StageTime[], whole: StageTime): string {
  const rows = [...stages, whole].map(({ name, wallMs, processor }) => [
    name,
    seconds(wallMs),
    seconds(processor.usedMs),
    `${share(processor)} %`,
  ]);
  return table(["stage", "seconds", "processor s", "of what there was"], rows);
}

/** The slowest files, their set-up and their tests apart. */
export function fileTable(files: readonly FileTime[]): string {
  const total = ({ setUpMs, testsMs }: FileTime) => setUpMs + testsMs;
  const rows = files
    .toSorted((a, b) => total(b) - total(a))
    .slice(0, slowestFiles)
    .map((file) => [file.path, seconds(total(file)), seconds(file.setUpMs), seconds(file.testsMs)]);
  return table([`slowest ${rows.length} files`, "seconds", "set-up", "tests"], rows);
}

function share({ usedMs, totalMs }: ProcessorTime): number {
  return totalMs === 0 ? 0 : Math.round((usedMs / totalMs) * 100);
}

function seconds(ms: number): string {
  return (ms / 1000).toFixed(1);
}

/** First column to the left, the others to the right. */
function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  );
  return [head, ...rows]
    .map((row) =>
      row
        .map((cell, column) => {
          const width = widths[column] ?? 0;
          return column === 0 ? cell.padEnd(width) : cell.padStart(width);
        })
        .join("  "),
    )
    .join("\n");
}
