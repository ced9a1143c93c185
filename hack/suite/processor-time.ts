import { cpus } from "node:os";

/** Processor time of the whole machine since it started, in milliseconds. */
export interface ProcessorTime {
  readonly usedMs: number;
  readonly totalMs: number;
}

/**
 * Processor time of the machine, other users included: servers that tests start outlive the
 * process that started them, so that no count of children is complete.
 */
export function processorTime(): ProcessorTime {
  let usedMs = 0;
  let totalMs = 0;
  for (const { times } of cpus()) {
    const used = times.user + times.nice + times.sys + times.irq;
    usedMs += used;
    totalMs += used + times.idle;
  }
  return { usedMs, totalMs };
}

/** Processor time between two readings. */
export function between(from: ProcessorTime, to: ProcessorTime): ProcessorTime {
  return { usedMs: to.usedMs - from.usedMs, totalMs: to.totalMs - from.totalMs };
}
