import { atMost, median, type Row, type Target } from "../frame.ts";
import { inParallel } from "../in-parallel.ts";
import { environments, type Ground } from "./ground.ts";
import { type Place, pointerObject, pointers } from "./objects.ts";
import type { Options } from "./options.ts";
import { changePointer, probe } from "./pointer-change.ts";
import { memoryOf, metric, processorPercent, untilQuiet } from "./process-figures.ts";
import { createSettled } from "./settled.ts";
import { type Figures, type Reference, startOnce, startReference, startRows } from "./start.ts";

/** Beyond, client-node's one list passes the longest string that V8 can make. */
const referenceLimit = 10_000;
/** The size that the targets speak of. */
const targetSize = 10_000;
const changes = 10;
const settleWithinMs = 900_000;
const creationsAtOnce = 16;

export interface Programs {
  readonly controller: string;
  readonly reference: string;
}

/** Grows the cluster size by size, and measures a controller that has nothing to do in it. */
export async function measureAtRest(
  ground: Ground,
  programs: Programs,
  options: Options,
  progress: (text: string) => void,
): Promise<{ rows: Row[]; targets: Target[] }> {
  const rows: Row[] = [];
  const targets: Target[] = [];
  const projects = Math.max(1, Math.ceil(options.pointers / environments.length));
  let present = 0;
  let changed = 1;
  for (const size of options.sizes) {
    progress(`creating Releases up to ${size}`);
    const places = Array.from({ length: size - present }, (_, index) =>
      placeOf(present + index, projects),
    );
    await createSettled(ground, places);
    if (present === 0) {
      await createProbe(ground, options.sizes.length * changes);
      rows.push(await settlePointers(ground, programs, Math.min(projects, size), progress));
    }
    present = size;
    const runs: Figures[] = [];
    const beside: Reference[] = [];
    for (let run = 1; run <= options.starts; run++) {
      progress(`${size} Releases: start ${run} of ${options.starts}`);
      if (size <= referenceLimit) beside.push(await startReference(ground, programs.reference));
      runs.push(await startOnce(ground, programs.controller));
    }
    rows.push(...startRows(size, runs, beside));

    const controller = await ground.startController(programs.controller);
    await untilQuiet(controller.url);
    progress(`${size} Releases: idle for ${options.idleSeconds} s`);
    const idle = await processorPercent(controller.process.pid, options.idleSeconds);
    const times: number[] = [];
    const mark = ground.audit.mark();
    for (let change = 0; change < changes; change++) {
      times.push(await changePointer(ground, ++changed));
    }
    await untilQuiet(controller.url);
    const requests = ground.audit.since(mark).all / changes;
    const memory = memoryOf(controller.process.pid);
    await controller.process.stop();
    const name = `${size} releases`;
    rows.push(
      { case: name, metric: "processor while idle", unit: "%", median: idle, runs: 1 },
      {
        case: name,
        metric: "pointer: apply to commit",
        unit: "ms",
        median: median(times),
        runs: times.length,
      },
      {
        case: name,
        metric: "API requests a pointer change",
        unit: "",
        median: requests,
        runs: changes,
      },
    );
    if (size !== targetSize) continue;
    const of = (read: (figures: Figures) => number) => median(runs.map(read));
    targets.push(
      atMost(
        `${size} releases: MB resident`,
        200,
        Math.max(
          of((f) => f.memory.residentMb),
          memory.residentMb,
        ),
      ),
      atMost(
        `${size} releases: ms to synced`,
        5_000,
        of((f) => f.syncedMs),
      ),
      atMost(`${size} releases: % of a core idle`, 1, idle),
      atMost(`${size} releases: API requests a pointer change`, 8, requests),
      atMost(
        `${size} releases: API writes of a start`,
        0,
        of((f) => f.start.writes),
      ),
    );
  }
  return { rows, targets };
}

function placeOf(index: number, projects: number): Place {
  return { project: `project-${index % projects}`, number: Math.floor(index / projects) + 1 };
}

async function createProbe(ground: Ground, count: number): Promise<void> {
  const places = Array.from({ length: count + 1 }, (_, index) => ({
    project: probe,
    number: index + 1,
  }));
  await createSettled(ground, places);
  await ground.client.create(pointers, pointerObject("dev", { project: probe, number: 1 }));
}

/** Pointers are brought to rest by the controller itself, which makes the Projects too. */
async function settlePointers(
  ground: Ground,
  { controller: program }: Programs,
  projects: number,
  progress: (text: string) => void,
): Promise<Row> {
  const wanted = Array.from({ length: projects }, (_, index) => placeOf(index, projects));
  const objects = wanted.flatMap((place) => environments.map((name) => pointerObject(name, place)));
  await inParallel(objects, creationsAtOnce, (object) => ground.client.create(pointers, object));
  progress(`committing ${objects.length} pointers`);
  const started = performance.now();
  const controller = await ground.startController(program);
  let commits: number;
  try {
    await untilQuiet(controller.url, settleWithinMs);
    commits = await metric(controller.url, "forge_commits_pushed_total");
  } finally {
    await controller.process.stop();
  }
  const seconds = (performance.now() - started) / 1_000;
  // The probe's one besides.
  if (commits !== objects.length + 1) throw new Error(`${commits} of ${objects.length} committed`);
  return {
    case: `${objects.length} new pointers`,
    metric: "start to all committed",
    unit: "s",
    median: seconds,
    runs: 1,
  };
}
