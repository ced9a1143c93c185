// A controller with three objects, of which an attempt at the first ends the process with SIGKILL.
// Prints each attempt, and for how long the queue puts an object off.
import { writeSync } from "node:fs";
import type { Clock } from "../../kube/index.ts";
import { Loop } from "../../loop.ts";
import { WorkQueue } from "../../work-queue.ts";
import { AttemptJournal } from "../attempt-journal.ts";

const [path = ""] = process.argv.slice(2);
const say = (text: string): void => void writeSync(1, `${text}\n`);
const log = {
  debug: () => undefined,
  info: () => undefined,
  warn: ({ subject, afterMs }: { subject?: string; afterMs?: number }) => {
    if (subject !== undefined) say(`${subject} waits ${Math.round(afterMs ?? 0)}`);
  },
  error: () => undefined,
  child: () => log,
};
/** Time passes when nothing is left to do but to wait, so that no busy machine changes the order. */
let time = 0;
const clock: Clock = {
  now: () => time,
  monotonic: () => time,
  after: (delayMs, callback) => {
    // The timer of a reconcile that takes too long: none does.
    if (delayMs > 100_000) return () => undefined;
    const timer = setTimeout(() => {
      time += delayMs;
      callback();
    }, 1);
    return () => clearTimeout(timer);
  },
};
const random = () => 0.5;
const queue = new WorkQueue({ clock, random });
const journal = new AttemptJournal({ path, log, clock, random });
const loop = new Loop({
  name: "release",
  queue,
  log,
  clock,
  random,
  journal,
  reconciler: {
    reconcile: async ({ name }) => {
      say(`attempt ${name}`);
      if (name === "bad") process.kill(process.pid, "SIGKILL");
      return { type: "done" };
    },
  },
});
for (const name of ["bad", "good", "fine"]) queue.add({ namespace: "team", name });
const never = new AbortController().signal;
await loop.run({ stop: never, abort: never });
