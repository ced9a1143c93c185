import { readFileSync } from "node:fs";

export interface FailedTest {
  readonly title: string;
  readonly text: string;
}

/** Time that one test file took, in milliseconds. */
export interface FileTime {
  /** Seen from the root of the repository. */
  readonly path: string;
  /** Imports and hooks: everything outside of its tests. */
  readonly setUpMs: number;
  readonly testsMs: number;
}

/** Result of one run of vitest, as `reporter.ts` writes it. */
export interface SuiteReport {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly failures: readonly FailedTest[];
  readonly files: readonly FileTime[];
}

/** Undefined when the run ended before it wrote a report. */
export function readReport(file: string): SuiteReport | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as SuiteReport;
  } catch {
    return undefined;
  }
}

/** Longest text of one failure at the end of a run, in lines: all of it stands further up. */
const failureLines = 12;

/** A failure as the end of a run repeats it, since hundreds of lines follow the first print. */
export function failureText({ title, text }: FailedTest): string {
  const own = text.split("\n").filter((line) => !/^\s+at .*(node_modules|new Promise)/.test(line));
  return [`failed test: ${title}`, ...own.slice(0, failureLines)].join("\n    ");
}
