import type { JournalLine } from "./journal-file.ts";

/** Beyond so many subjects the journal forgets those with the fewest crashes. */
const maxSuspects = 1_000;

/**
 * How many processes ended during an attempt at each subject. Of the attempts that were in flight at
 * the end of the last process, those count that were suspects most often before: the others ran
 * beside them. When none was, each counts.
 */
export function suspectsIn(lines: readonly JournalLine[]): Map<string, number> {
  const crashes = new Map<string, number>();
  const inFlight = new Map<number, string>();
  for (const line of lines) {
    if (line[0] === "crashed") crashes.set(line[2], line[1]);
    else if (line[0] === "begun") inFlight.set(line[1], line[2]);
    else {
      const subject = inFlight.get(line[1]);
      inFlight.delete(line[1]);
      // The process was still there when the attempt ended.
      if (subject !== undefined) crashes.delete(subject);
    }
  }
  const subjects = [...new Set(inFlight.values())];
  const most = subjects.reduce((max, subject) => Math.max(max, crashes.get(subject) ?? 0), 0);
  for (const subject of subjects) {
    if ((crashes.get(subject) ?? 0) === most) crashes.set(subject, most + 1);
  }
  const kept = [...crashes].toSorted(([, a], [, b]) => b - a).slice(0, maxSuspects);
  return new Map(kept);
}
