import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { measureAtRest } from "./controller/at-rest.ts";
import { measureBursts } from "./controller/burst.ts";
import { startGround } from "./controller/ground.ts";
import { readOptions } from "./controller/options.ts";
import { bundle } from "./controller/program.ts";
import type { Benchmark } from "./frame.ts";

const gibibyte = 2 ** 30;

/** What a controller costs in a large cluster: its start, its rest, and many releases at once. */
export const controller: Benchmark = {
  name: "controller",
  about:
    "forge-controller as it is bundled, on a real API server, registry and git: its start and its rest among settled Releases of 20 kB, beside client-node's informers over the same objects; many small Releases at once; a pointer that a person changes meanwhile. A row of one run is a single measurement.",
  run: async (progress) => {
    const options = readOptions(process.argv.slice(3));
    const folder = mkdtempSync(join(tmpdir(), "forge-bench-"));
    try {
      const programs = {
        controller: await bundle("cmd/forge-controller/main.ts", folder),
        reference: await bundle("bench/controller/client-node-informer.ts", folder),
      };
      progress("starting etcd, kube-apiserver, a registry and a git server");
      const bursts = await (async () => {
        await using ground = await startGround(join(folder, "bursts"), gibibyte);
        return await measureBursts(ground, programs.controller, options, progress);
      })();
      await using ground = await startGround(join(folder, "at-rest"), 8 * gibibyte);
      const atRest = await measureAtRest(ground, programs, options, progress);
      return {
        rows: [...atRest.rows, ...bursts.rows],
        targets: [...atRest.targets, ...bursts.targets],
      };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  },
};
