import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type GitServer, git, startGitServer } from "../test/ground/index.ts";
import { atMost, type Benchmark, median, type Row, type Target, timing } from "./frame.ts";
import { deployWithClone, PersistentClone } from "./gitops/by-hand.ts";
import { type Options, readOptions } from "./gitops/options.ts";
import { fillRepository } from "./gitops/repository.ts";
import { WriterClient } from "./gitops/writer-client.ts";

interface Measured {
  readonly rows: readonly Row[];
  readonly targets: readonly Target[];
  readonly one: number;
  /** Processor time of the writer. */
  readonly ownOfOne: number;
}

/** One deployment, and many that wait together, beside two ways to do it with git. */
export const gitops: Benchmark = {
  name: "gitops",
  about:
    "deployments from the call of a warm writer to their commits on the server (git http-backend on loopback), in repositories of 10 projects to each source repository. Beside it (a) the git command line on a bare clone that stays, to which nobody else pushes: fetch, hash-object, write-tree, commit-tree, push; (b) a clone of everything for each change. Each has its own copy of the repository.",
  run: async (progress) => {
    const options = readOptions(process.argv.slice(3));
    const folder = mkdtempSync(join(tmpdir(), "forge-bench-"));
    const server = await startGitServer(join(folder, "git"));
    const rows: Row[] = [];
    const targets: Target[] = [];
    try {
      for (const commits of options.commits) {
        const ones: Measured[] = [];
        for (const pointers of options.pointers) {
          const found = await measure(server, folder, { pointers, commits }, options, progress);
          rows.push(...found.rows);
          targets.push(...found.targets);
          ones.push(found);
        }
        targets.push(...growth(ones, options.pointers, commits));
      }
      return { rows, targets };
    } finally {
      await server.process.stop();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

/** git itself walks all folders of the head at every push; the writer's own part is told apart. */
function growth(
  ones: readonly Measured[],
  pointers: readonly number[],
  commits: number,
): readonly Target[] {
  const [few, many, first, last] = [pointers[0], pointers.at(-1), ones[0], ones.at(-1)];
  if (few === many || first === undefined || last === undefined) return [];
  const name = `one with ${many} pointers, of that with ${few}; ${commits} commits`;
  return [
    atMost(`time of ${name}`, 2, last.one / first.one),
    atMost(`writer's processor time of ${name}`, 2, last.ownOfOne / first.ownOfOne),
  ];
}

async function measure(
  server: GitServer,
  folder: string,
  size: { pointers: number; commits: number },
  { runs, together, cloneRuns }: Options,
  progress: (text: string) => void,
): Promise<Measured> {
  const { pointers, commits } = size;
  const name = `${pointers} pointers, ${commits} commits`;
  progress(`${name}: filling repositories`);
  const copies = ["forge", "kept", "cloned"].map((copy) => `${copy}-${pointers}-${commits}`);
  const [forge = "", kept = "", cloned = ""] = copies.map((copy) => `${server.url}/${copy}.git`);
  const [bare = "", ...others] = copies.map((copy) => join(server.root, `${copy}.git`));
  await server.createRepository(copies[0] ?? "");
  await fillRepository(bare, pointers, commits);
  for (const other of others) cpSync(bare, other, { recursive: true });

  progress(`${name}: ${runs} deployments, one at a time`);
  const clone = await PersistentClone.create(kept, join(folder, `clone-${pointers}-${commits}`));
  const { writer, first } = await WriterClient.start(forge, pointers);
  await using _ = writer;
  const times = { one: [], own: [], kept: [], cloned: [] } as Record<
    "one" | "own" | "kept" | "cloned",
    number[]
  >;
  for (let run = 0; run <= runs; run++) {
    const { ms, processorMs } = await writer.deploy(1);
    const keptMs = await clock(() => clone.deploy((run * 13) % pointers, 1_000_000 + run));
    // The first pays for what is made once.
    if (run > 0) times.one.push(ms);
    if (run > 0) times.own.push(processorMs);
    if (run > 0) times.kept.push(keptMs);
    // Minutes each.
    if (run >= (pointers > 10_000 ? Math.min(1, cloneRuns) : cloneRuns)) continue;
    const work = join(folder, `work-${run}`);
    times.cloned.push(
      await clock(() => deployWithClone(cloned, work, run % pointers, 1_000_000 + run)),
    );
  }
  const one = median(times.one);
  const ownOfOne = median(times.own);
  const rows: Row[] = [
    timing(name, "one, beside (a) a clone that stays", times.one, times.kept),
    timing(name, "one, beside (b) a clone for each", times.one, times.cloned),
    { case: name, metric: "one, writer's processor time", unit: "ms", median: ownOfOne, runs },
    { case: name, metric: "the first, cold", unit: "ms", median: first.ms, runs: 1 },
  ];
  const targets = [atMost(`one, of (a): ${name}`, 0.6, one / median(times.kept))];
  if (pointers >= 10_000) {
    targets.push(atMost(`one, of (b): ${name}`, 0.1, one / median(times.cloned)));
  }
  let { peakMiB, residentMiB } = first;
  for (const count of together.filter((many) => many <= pointers)) {
    progress(`${name}: ${count} together`);
    const all: number[] = [];
    for (let run = 0; run < 5; run++) {
      const figures = await writer.deploy(count);
      all.push(figures.ms);
      ({ peakMiB, residentMiB } = figures);
    }
    const ms = median(all);
    rows.push({ case: name, metric: `${count} together`, unit: "ms", median: ms, runs: 5 });
    if (count === 100) targets.push(atMost(`100 together, of one: ${name}`, 6, ms / one));
    if (count === 500) targets.push(atMost(`500 together, ms: ${name}`, 2_000, ms));
  }
  const memory = { case: name, unit: "MiB", runs: 1 };
  rows.push({ ...memory, metric: "memory above idle", median: residentMiB });
  rows.push({ ...memory, metric: "memory above idle, peak", median: peakMiB });
  const limit = { 10_000: 150, 50_000: 400 }[pointers];
  if (limit !== undefined) targets.push(atMost(`MiB above idle: ${name}`, limit, peakMiB));
  await git(bare, "fsck", "--connectivity-only");
  return { rows, targets, one, ownOfOne };
}

async function clock(act: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await act();
  return performance.now() - started;
}
