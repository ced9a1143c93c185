import { readFileSync } from "node:fs";

/**
 * How long threads were ready to run and waited for a processor, in milliseconds (Linux,
 * sched-stats.rst): on a busy machine that is no fault of the program. 0 where the kernel keeps no
 * account of it.
 */
export function processorWaitMs(thread: string): number {
  try {
    const [, nanoseconds = "0"] = readFileSync(`/proc/${thread}/schedstat`, "utf8").split(" ");
    return Number(nanoseconds) / 1_000_000;
  } catch {
    return 0;
  }
}

/** The thread that runs the event loop of a process of Node. */
export function mainThread(pid: number): string {
  return `${pid}/task/${pid}`;
}

/** Starts to count; the result is the time since then without what the threads waited. */
export function processorTimer(threads: readonly string[]): () => number {
  const waited = () => threads.reduce((sum, thread) => sum + processorWaitMs(thread), 0);
  const start = { at: performance.now(), waited: waited() };
  return () => Math.max(0, performance.now() - start.at - (waited() - start.waited));
}
