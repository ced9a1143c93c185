import { parseArgs } from "node:util";

export interface Options {
  /** Pointers in a repository, ten projects to each source repository. */
  readonly pointers: readonly number[];
  /** Commits behind them. */
  readonly commits: readonly number[];
  readonly runs: number;
  /** Deployments that wait together. */
  readonly together: readonly number[];
  /** Runs of the sequence with a full clone for each change. */
  readonly cloneRuns: number;
}

/** What follows the benchmark's name on the command line. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      pointers: { type: "string", default: "100,10000,50000" },
      commits: { type: "string", default: "100,10000" },
      runs: { type: "string", default: "11" },
      together: { type: "string", default: "100,500" },
      "clone-runs": { type: "string", default: "3" },
    },
  });
  return {
    pointers: numbers(values.pointers),
    commits: numbers(values.commits),
    runs: Number(values.runs),
    together: numbers(values.together),
    cloneRuns: Number(values["clone-runs"]),
  };
}

function numbers(text: string): number[] {
  return text.split(",").map(Number);
}
