/** Where cue.wasm is, unless it is told, and the program of the threads that run it. */
export function cueProgram(module: string | undefined): { wasm: string; program: URL } {
  // A bundle has both beside it; the source has them where the bundle is made.
  const isBundle = import.meta.filename.endsWith(".js");
  const here = (path: string) => new URL(path, import.meta.url);
  return {
    wasm:
      module ?? decodeURIComponent(here(isBundle ? "./cue.wasm" : "../../dist/cue.wasm").pathname),
    program: here(isBundle ? "./cue-worker.js" : "../../src/render/cue/worker.ts"),
  };
}
