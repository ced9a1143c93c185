import { setTimeout } from "node:timers/promises";
import { fetch } from "undici";
import { freePort, startProcess } from "../../test/ground/index.ts";
import { median, type Row } from "../frame.ts";
import type { Requests } from "./audit-log.ts";
import type { Ground } from "./ground.ts";
import { type Memory, memoryOf, metric, untilQuiet } from "./process-figures.ts";

const referenceAttempts = 30;

/** What one start cost. */
export interface Figures {
  readonly syncedMs: number;
  readonly quietMs: number;
  readonly memory: Memory;
  readonly heapMb: number;
  readonly start: Requests;
}

export type Reference = Pick<Figures, "syncedMs" | "memory">;

/** Starts a controller, lets it come to rest, and ends it. */
export async function startOnce(ground: Ground, program: string): Promise<Figures> {
  const mark = ground.audit.mark();
  const started = performance.now();
  const controller = await ground.startController(program);
  const syncedMs = performance.now() - started;
  try {
    await untilQuiet(controller.url);
    const quietMs = performance.now() - started;
    const heapMb = (await metric(controller.url, "nodejs_heap_size_used_bytes")) / 2 ** 20;
    const memory = memoryOf(controller.process.pid);
    return { syncedMs, quietMs, memory, heapMb, start: ground.audit.since(mark) };
  } finally {
    await controller.process.stop();
  }
}

/**
 * The same of client-node's informers. An API server that has just taken many objects answers them
 * 429, "storage is (re)initializing", for a while; forge's informers would wait, theirs end.
 */
export async function startReference(ground: Ground, program: string): Promise<Reference> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await startReferenceOnce(ground, program);
    } catch (error) {
      if (attempt === referenceAttempts || !String(error).includes("initializing")) throw error;
      await setTimeout(2_000);
    }
  }
}

async function startReferenceOnce(ground: Ground, program: string): Promise<Reference> {
  const port = await freePort();
  const started = performance.now();
  const process = await startProcess({
    name: "client-node's informers",
    command: globalThis.process.execPath,
    args: [program, ground.kubeconfig, String(port)],
    logFile: `${ground.kubeconfig}-informer.log`,
    ready: async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).ok,
  });
  const syncedMs = performance.now() - started;
  const memory = memoryOf(process.pid);
  await process.stop();
  return { syncedMs, memory };
}

export function startRows(
  size: number,
  runs: readonly Figures[],
  beside: readonly Reference[],
): Row[] {
  const row = (
    metric: string,
    unit: string,
    values: readonly number[],
    reference: readonly number[] = [],
  ): Row => ({
    case: `${size} releases`,
    metric,
    unit,
    median: median(values),
    runs: values.length,
    ...(reference.length > 0 && {
      reference: median(reference),
      ratio: median(values) / median(reference),
    }),
  });
  return [
    row(
      "process start to synced",
      "ms",
      runs.map((f) => f.syncedMs),
      beside.map((f) => f.syncedMs),
    ),
    row(
      "process start to empty queues",
      "ms",
      runs.map((f) => f.quietMs),
    ),
    row(
      "resident",
      "MB",
      runs.map((f) => f.memory.residentMb),
      beside.map((f) => f.memory.residentMb),
    ),
    row(
      "resident at most",
      "MB",
      runs.map((f) => f.memory.peakMb),
      beside.map((f) => f.memory.peakMb),
    ),
    row(
      "heap used",
      "MB",
      runs.map((f) => f.heapMb),
    ),
    row(
      "API requests of a start",
      "",
      runs.map((f) => f.start.all),
    ),
    row(
      "API writes of a start",
      "",
      runs.map((f) => f.start.writes),
    ),
  ];
}
