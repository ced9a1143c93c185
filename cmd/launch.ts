/**
 * The first code of every program, in a file of its own: a Node that is too old for the rest must
 * be able to read it. So it imports nothing of Node, and is bundled to the JavaScript of 2015.
 */
export interface Launched {
  readonly name: string;
  /** Oldest Node that runs the program, such as 24 or 20.9. */
  readonly oldestNode: string;
}

const numbersOf = (version: string): number[] => version.split(".").map(Number);

/** Whether a version such as 20.20.2 comes before another; parts that are not given count as 0. */
export function isBefore(version: string, other: string): boolean {
  const [left, right] = [numbersOf(version), numbersOf(other)];
  for (let at = 0; at < 3; at++) {
    const difference = (left[at] || 0) - (right[at] || 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

/** One line for the person whose Node is too old; undefined for one that will do. */
export function tooOldNode(program: Launched, node: string): string | undefined {
  if (!isBefore(node, program.oldestNode)) return undefined;
  return `${program.name} needs Node ${program.oldestNode} or later, and this is Node ${node}: get a newer one from https://nodejs.org/en/download`;
}

/** Loads the program with `start`, or ends with that line. */
export function launch(program: Launched, start: () => Promise<unknown>): void {
  const refusal = tooOldNode(program, process.versions.node);
  if (refusal === undefined) {
    start();
    return;
  }
  process.stderr.write(`${refusal}\n`);
  process.exitCode = 1;
}
