import { mkdirSync, writeFileSync } from "node:fs";
import { availableParallelism, cpus, totalmem } from "node:os";
import { join } from "node:path";

/** One line of the table: a median, and what ran beside it. */
export interface Row {
  readonly case: string;
  readonly metric: string;
  readonly unit: string;
  readonly median: number;
  readonly runs: number;
  /** Median of the reference that was run in the same run, on the same machine. */
  readonly reference?: number;
  /** median / reference: below 1 is better than the reference. */
  readonly ratio?: number;
}

export interface Target {
  readonly name: string;
  readonly limit: number;
  readonly value: number;
  readonly ok: boolean;
}

export interface Result {
  readonly rows: readonly Row[];
  readonly targets: readonly Target[];
}

/** A benchmark: measures, and says nothing of passing or failing. */
export interface Benchmark {
  readonly name: string;
  /** What is measured, and what the reference is, in a few lines for the reader of the table. */
  readonly about: string;
  run(progress: (text: string) => void, args: readonly string[]): Promise<Result>;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low = Number.NaN, high = low] = [
    sorted[Math.ceil(middle) - 1],
    sorted[Math.floor(middle)],
  ];
  return (low + high) / 2;
}

/** A row of the medians of two series of milliseconds, measured in turns. */
export function timing(
  name: string,
  metric: string,
  values: readonly number[],
  reference: readonly number[],
): Row {
  const value = median(values);
  const beside = median(reference);
  return {
    case: name,
    metric,
    unit: "ms",
    median: value,
    runs: values.length,
    reference: beside,
    ratio: value / beside,
  };
}

export function atMost(name: string, limit: number, value: number): Target {
  return { name, limit, value, ok: value <= limit };
}

/** Prints the table, and keeps the figures in bench/results/<name>.json. */
export function publish({ name, about }: Benchmark, { rows, targets }: Result): void {
  const machine = {
    processor: cpus()[0]?.model ?? "unknown",
    cores: availableParallelism(),
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
  };
  process.stdout.write(`\n${name}: ${about}\n`);
  process.stdout.write(
    `${machine.cores} cores of ${machine.processor}, ${machine.memoryGiB} GiB, Node ${machine.node}\n\n`,
  );
  printTable([
    ["case", "metric", "median", "runs", "reference", "ratio"],
    ...rows.map((row) => [
      row.case,
      row.metric,
      `${format(row.median)} ${row.unit}`,
      String(row.runs),
      row.reference === undefined ? "" : `${format(row.reference)} ${row.unit}`,
      row.ratio === undefined ? "" : row.ratio.toFixed(2),
    ]),
  ]);
  process.stdout.write("\n");
  printTable([
    ["target", "at most", "measured", "reached"],
    ...targets.map(({ name: target, limit, value, ok }) => [
      target,
      format(limit),
      format(value),
      ok ? "yes" : "no",
    ]),
  ]);
  const folder = join(import.meta.dirname, "results");
  mkdirSync(folder, { recursive: true });
  const file = join(folder, `${name}.json`);
  writeFileSync(file, `${JSON.stringify({ name, machine, rows, targets }, undefined, 2)}\n`);
  process.stdout.write(`\n${file}\n`);
}

function format(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toFixed(value >= 10 ? 1 : 2);
}

function printTable(lines: readonly (readonly string[])[]): void {
  const widths = (lines[0] ?? []).map((_, column) =>
    Math.max(...lines.map((line) => line[column]?.length ?? 0)),
  );
  for (const line of lines) {
    const cells = line.map((cell, column) => cell.padEnd(widths[column] ?? 0));
    process.stdout.write(`${cells.join("  ").trimEnd()}\n`);
  }
}
