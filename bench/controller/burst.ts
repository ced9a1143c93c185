import { Informer, type KubeObject, systemClock } from "../../controller/kube/index.ts";
import type { Controller } from "../../test/ground/index.ts";
import { atMost, median, type Row, type Target } from "../frame.ts";
import { inParallel } from "../in-parallel.ts";
import { type Ground, namespace } from "./ground.ts";
import { pointerObject, pointers, releaseObject, releases, smallManifests } from "./objects.ts";
import type { Options } from "./options.ts";
import { changePointer, probe } from "./pointer-change.ts";
import { memoryOf, processorSeconds, untilQuiet } from "./process-figures.ts";
import { createSettled } from "./settled.ts";

const projects = 10;
const creationsAtOnce = 16;
const withinMs = 600_000;
/** How many times a person changes the pointer, alone and in the crowd. */
const changes = 8;
const targetBurst = 1_000;

interface Watched extends KubeObject {
  readonly status?: { readonly conditions?: readonly { type: string; status: string }[] };
}

/** Applies many Releases at once and waits until all are Ready. */
export async function measureBursts(
  ground: Ground,
  program: string,
  options: Options,
  progress: (text: string) => void,
): Promise<{ rows: Row[]; targets: Target[] }> {
  const rows: Row[] = [];
  const targets: Target[] = [];
  const places = Array.from({ length: 2 * changes + 2 }, (_, index) => ({
    project: probe,
    number: index + 1,
  }));
  await createSettled(ground, places);
  await ground.client.create(pointers, pointerObject("dev", { project: probe, number: 1 }));
  for (const size of options.bursts) {
    // A process of its own for each, since its highest memory is asked for.
    const controller = await ground.startController(program);
    await untilQuiet(controller.url);
    progress(`${size} Releases at once`);
    const mark = ground.audit.mark();
    const [started, before] = [performance.now(), processorSeconds(controller.process.pid)];
    await burst(ground, `burst-${size}`, size).ready;
    const seconds = (performance.now() - started) / 1_000;
    const processor = processorSeconds(controller.process.pid) - before;
    await untilQuiet(controller.url);
    const requests = ground.audit.since(mark).all / size;
    const { peakMb } = memoryOf(controller.process.pid);
    await controller.process.stop();
    const name = `${size} releases at once, ${projects} projects`;
    rows.push(
      { case: name, metric: "first create to all Ready", unit: "s", median: seconds, runs: 1 },
      { case: name, metric: "processor of the controller", unit: "s", median: processor, runs: 1 },
      { case: name, metric: "resident at most", unit: "MB", median: peakMb, runs: 1 },
      { case: name, metric: "API requests a release", unit: "", median: requests, runs: 1 },
    );
    if (size === targetBurst)
      targets.push(atMost(`${size} releases at once: s to all Ready`, 60, seconds));
  }
  if (options.crowd > 0) rows.push(await measureCrowd(ground, program, options.crowd, progress));
  return { rows, targets };
}

/** A person changes a pointer while many Releases are under way; beside it, while none is. */
async function measureCrowd(
  ground: Ground,
  program: string,
  size: number,
  progress: (text: string) => void,
): Promise<Row> {
  const controller: Controller = await ground.startController(program);
  try {
    await untilQuiet(controller.url);
    let number = 1;
    const alone: number[] = [];
    for (let change = 0; change < changes; change++)
      alone.push(await changePointer(ground, ++number));
    progress(`a pointer among ${size} Releases`);
    const crowd = burst(ground, "crowd", size);
    await crowd.begun;
    const among: number[] = [];
    while (!crowd.isOver() && among.length < changes)
      among.push(await changePointer(ground, ++number));
    await crowd.ready;
    return {
      case: `pointer among ${size} releases at once`,
      metric: "apply to commit, beside the same alone",
      unit: "ms",
      median: median(among),
      runs: among.length,
      reference: median(alone),
      ratio: median(among) / median(alone),
    };
  } finally {
    await controller.process.stop();
  }
}

interface Burst {
  /** Resolves once a tenth of them is Ready. */
  readonly begun: Promise<void>;
  readonly ready: Promise<void>;
  isOver(): boolean;
}

function burst({ client }: Ground, name: string, size: number): Burst {
  const begun = Promise.withResolvers<void>();
  const all = Promise.withResolvers<void>();
  const stop = new AbortController();
  const ready = new Set<string>();
  const quiet = {
    debug: () => {},
    info: () => {},
    warn: () => {},
    error: () => {},
    child: () => quiet,
  };
  const informer = new Informer<Watched>({
    client,
    resource: releases,
    namespace,
    clock: systemClock,
    log: quiet,
    trim: ({ apiVersion, kind, metadata, status }) => ({
      apiVersion,
      kind,
      metadata,
      ...(status && { status }),
    }),
  });
  informer.addHandler((_type, { metadata, status }) => {
    const isReady = status?.conditions?.some((c) => c.type === "Ready" && c.status === "True");
    if (!isReady || !metadata.name.startsWith(`${name}-`)) return;
    ready.add(metadata.name);
    if (ready.size >= size / 10) begun.resolve();
    if (ready.size === size) all.resolve();
  });
  const late = setTimeout(
    () => all.reject(new Error(`${ready.size} of ${size} became Ready`)),
    withinMs,
  );
  const manifests = smallManifests();
  const places = Array.from({ length: size }, (_, index) => ({
    project: `${name}-${index % projects}`,
    number: Math.floor(index / projects) + 1,
  }));
  let over = false;
  const run = async (): Promise<void> => {
    const informing = informer.run(stop.signal);
    try {
      await informer.waitForSync(stop.signal);
      const create = inParallel(places, creationsAtOnce, (place) =>
        client.create(releases, releaseObject(place, manifests)),
      );
      await Promise.all([create, all.promise]);
    } finally {
      over = true;
      clearTimeout(late);
      stop.abort();
      await informing;
    }
  };
  return { begun: begun.promise, ready: run(), isOver: () => over };
}
