import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { type CueWorkerOptions, CueWorkers } from "../../../src/render/index.ts";
import { requireTool } from "../../../tools/locate.ts";

const worker = join(import.meta.dirname, "..", "..", "..", "src", "render", "cue", "worker.ts");

/** CUE in threads, as the controller runs it. */
export function startCue(options: Partial<CueWorkerOptions> = {}): CueWorkers {
  return new CueWorkers({
    wasm: requireTool("cue.wasm"),
    program: pathToFileURL(worker),
    ...options,
  });
}
