// A controller with three objects, of which an attempt at the first ends the process with SIGKILL.
// Prints each attempt, and for how long the queue puts an object off.
import { writeSync } from "node:fs";
import { systemClock } from "../../kube/index.ts";
import { Loop } from "../../loop.ts";
import { WorkQueue } from "../../work-queue.ts";
import { AttemptJournal } from "../attempt-journal.ts";

const [path = "", baseMs = "0"] = process.argv.slice(2);
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
const clock = systemClock;
const random = () => 0.5;
const queue = new WorkQueue({ clock, random });
const backoff = { baseMs: Number(baseMs), capMs: 60_000 };
const journal = new AttemptJournal({ path, log, clock, random, backoff });
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
