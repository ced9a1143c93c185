import { parseArgs } from "node:util";

export interface Options {
  /** Numbers of settled Releases, rising: each is grown from the one before. */
  readonly sizes: readonly number[];
  readonly pointers: number;
  /** Numbers of Releases applied at once. */
  readonly bursts: readonly number[];
  /** Releases under way while a person changes a pointer. */
  readonly crowd: number;
  readonly idleSeconds: number;
  /** Starts of each program at each size. */
  readonly starts: number;
}

/** What follows the benchmark's name on the command line. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      sizes: { type: "string", default: "1000,10000,30000" },
      pointers: { type: "string", default: "3000" },
      bursts: { type: "string", default: "100,500,1000" },
      crowd: { type: "string", default: "500" },
      "idle-seconds": { type: "string", default: "20" },
      starts: { type: "string", default: "3" },
    },
  });
  return {
    sizes: numbers(values.sizes).toSorted((a, b) => a - b),
    pointers: Number(values.pointers),
    bursts: numbers(values.bursts),
    crowd: Number(values.crowd),
    idleSeconds: Number(values["idle-seconds"]),
    starts: Number(values.starts),
  };
}

function numbers(text: string): number[] {
  return text
    .split(",")
    .filter((part) => part !== "")
    .map(Number);
}
