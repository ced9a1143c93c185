import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { ownNetwork } from "../src/network/index.ts";
import { RegistryClient, releaseImagesIn } from "../src/oci/index.ts";
import {
  CueWorkers,
  createCueRenderer,
  pinImages,
  refuseObjects,
  renderYaml,
} from "../src/render/index.ts";
import { output, startRegistry } from "../test/ground/index.ts";
import { requireTool } from "../tools/locate.ts";
import {
  atMost,
  type Benchmark,
  median,
  type Result,
  type Row,
  type Target,
  timing,
} from "./frame.ts";
import { project, writeProject, yamlFiles } from "./render-project.ts";

const sizes = [10, 100, 1_000];
const runs = 8;
const atOnce = 20;
/** Evaluations after which V8 has compiled what is used often for speed. */
const warmRounds = 15;
const worker = join(import.meta.dirname, "..", "src", "render", "cue", "worker.ts");
const memoryScript = join(import.meta.dirname, "render-memory.ts");

/** Projects in CUE and in YAML to manifests. */
export const render: Benchmark = {
  name: "render",
  about:
    "a project in CUE to manifests by a thread that is warm, and by the first one of a process; beside it `cue export` as a process on the same files. YAML parsed, checked, packaged and pushed to a registry beside `kubectl kustomize` as a process, which parses and prints alone.",
  run: async (progress) => {
    const folder = mkdtempSync(join(tmpdir(), "forge-bench-"));
    const rows: Row[] = [];
    const targets: Target[] = [];
    const add = (found: Result): void => {
      rows.push(...found.rows);
      targets.push(...found.targets);
    };
    try {
      for (const size of sizes) {
        progress(`${size} objects in CUE`);
        add(await inCue(folder, size));
      }
      progress(`${atOnce} projects at once`);
      add(await many(folder));
      progress("memory of two threads");
      for (const size of [100, 1_000]) add(await memory(size));
      progress("1,000 objects in YAML");
      add(await inYaml(folder, 1_000));
      return { rows, targets };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

function startCue(): CueWorkers {
  return new CueWorkers({ wasm: requireTool("cue.wasm"), program: pathToFileURL(worker) });
}

const signal = () => AbortSignal.timeout(300_000);

async function elapsed(act: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await act();
  return performance.now() - started;
}

function cueExport(folder: string): Promise<string> {
  return output(requireTool("cue"), ["export", ".", "--expression", "resources"], { cwd: folder });
}

function renderCue(cue: CueWorkers, source: ReturnType<typeof project>): Promise<unknown> {
  const files = Object.entries(source.files).map(([path, content]) => ({ path, content }));
  return createCueRenderer(cue).render({ ...source, files, artifacts: {} }, signal());
}

async function inCue(folder: string, size: number): Promise<Result> {
  const source = project(size);
  const own = writeProject(join(folder, `cue-${size}`), source);
  const [warm, first, process]: number[][] = [[], [], []];
  const cue = startCue();
  // Both threads have compiled what they need, and the process what it reads.
  for (let round = 0; round < (size > 100 ? 3 : warmRounds); round++) {
    await Promise.all([renderCue(cue, source), renderCue(cue, source)]);
  }
  await cueExport(own);
  for (let index = 0; index < runs; index++) {
    warm?.push(await elapsed(() => renderCue(cue, source)));
    process?.push(await elapsed(() => cueExport(own)));
  }
  await cue.close();
  for (let index = 0; index < 3; index++) {
    const fresh = startCue();
    first?.push(await elapsed(() => renderCue(fresh, source)));
    await fresh.close();
  }
  const name = `${size} objects in CUE`;
  const [warmTimes = [], firstTimes = [], processTimes = []] = [warm, first, process];
  const ratio = median(warmTimes) / median(processTimes);
  return {
    rows: [
      timing(name, "warm, beside cue export", warmTimes, processTimes),
      timing(name, "first of a process, beside cue export", firstTimes, processTimes),
    ],
    targets: size <= 100 ? [atMost(`${name}, warm, of cue export's time`, 1.5, ratio)] : [],
  };
}

async function many(folder: string): Promise<Result> {
  const sources = Array.from({ length: atOnce }, (_, index) => project(10, index));
  const folders = sources.map((source, index) => writeProject(join(folder, `of-${index}`), source));
  const cue = startCue();
  const [ours, theirs]: [number[], number[]] = [[], []];
  for (let index = 0; index <= 4; index++) {
    const own = await elapsed(() => Promise.all(sources.map((source) => renderCue(cue, source))));
    const reference = await elapsed(() => Promise.all(folders.map(cueExport)));
    if (index === 0) continue;
    ours.push(own);
    theirs.push(reference);
  }
  await cue.close();
  const name = `${atOnce} projects of 10 objects at once`;
  return { rows: [timing(name, "beside as many cue export at once", ours, theirs)], targets: [] };
}

async function memory(size: number): Promise<Result> {
  const rounds = size > 100 ? 4 : 15;
  const args = [memoryScript, requireTool("cue.wasm"), worker, String(size), String(rounds)];
  const found = JSON.parse(await output(process.execPath, args)) as { now: number; peak: number };
  const name = `process with two threads, ${size} objects each`;
  const row = { case: name, unit: "MiB", runs: 1 };
  return {
    rows: [
      { ...row, metric: `memory after ${2 * rounds} evaluations`, median: found.now },
      { ...row, metric: "memory at most", median: found.peak },
    ],
    targets: size === 100 ? [atMost(`${name}, MiB`, 550, found.peak)] : [],
  };
}

async function inYaml(folder: string, size: number): Promise<Result> {
  const files = yamlFiles(size);
  const own = join(folder, "yaml");
  writeProject(own, {
    files: Object.fromEntries(files.map((f) => [f.path, f.content])),
    folder: "",
  });
  const resources = files.map(({ path }) => path);
  writeFileSync(join(own, "kustomization.yaml"), JSON.stringify({ resources }));
  const registry = await startRegistry(join(folder, "registry"));
  try {
    await using client = new RegistryClient({ network: ownNetwork() });
    const images = releaseImagesIn(client);
    const [parsed, packaged, kustomized]: [number[], number[], number[]] = [[], [], []];
    for (let index = 0; index <= runs; index++) {
      const rules = { clusterScoped: [] };
      const manifests = () => {
        const pinned = pinImages(renderYaml(files), []);
        refuseObjects(pinned.manifests, rules);
        return pinned.manifests;
      };
      const parse = await elapsed(async () => manifests());
      const whole = await elapsed(() =>
        images.publish(
          {
            registry: `${registry.host}/bench`,
            objects: manifests(),
            release: { number: index + 1, aliases: [], trigger: { type: "Manual" } },
            source: {
              repository: "company/bench",
              project: "app",
              commit: index.toString(16).padStart(40, "a"),
            },
            artifacts: [],
          },
          signal(),
        ),
      );
      const reference = await elapsed(() => output(requireTool("kubectl"), ["kustomize", own]));
      if (index === 0) continue;
      parsed.push(parse);
      packaged.push(whole);
      kustomized.push(reference);
    }
    const name = `${size} objects in YAML`;
    return {
      rows: [
        timing(name, "parsed and checked, beside kubectl kustomize", parsed, kustomized),
        timing(name, "and packaged and pushed, beside the same", packaged, kustomized),
      ],
      targets: [atMost(`${name}, parsed, checked and packaged, ms`, 150, median(packaged))],
    };
  } finally {
    await registry.process.stop();
  }
}
