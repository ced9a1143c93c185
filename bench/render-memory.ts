// The memory of a process with two threads of CUE, both of them warm, in MiB: what the controller
// would take more. A program of its own, so that nothing else counts.
import { pathToFileURL } from "node:url";
import { CueWorkers } from "../src/render/index.ts";
import { project } from "./render-project.ts";

const [wasm = "", program = "", objects = "100", rounds = "15"] = process.argv.slice(2);
const cue = new CueWorkers({ wasm, program: pathToFileURL(program) });
const signal = AbortSignal.timeout(300_000);
let peak = 0;
const sampler = setInterval(() => {
  peak = Math.max(peak, process.memoryUsage.rss());
}, 20);
for (let round = 0; round < Number(rounds); round++) {
  await Promise.all(
    [0, 1].map((index) => {
      const request = { ...project(Number(objects), index), maxBytes: 16 * 2 ** 20 };
      return cue.evaluate({ ...request, fields: ["resources"] }, signal);
    }),
  );
}
clearInterval(sampler);
process.stdout.write(
  JSON.stringify({ now: process.memoryUsage.rss() / 2 ** 20, peak: peak / 2 ** 20 }),
);
await cue.close();
