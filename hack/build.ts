// Bundles each program of cmd/ into one file under dist/, and puts CUE's evaluator and the thread
// that runs it beside them: `make build`.
import { spawnSync } from "node:child_process";
import { copyFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { build } from "rolldown";
import { locateTool, requireTool } from "../tools/locate.ts";

const root = join(import.meta.dirname, "..");
const dist = join(root, "dist");
rmSync(dist, { recursive: true, force: true });
const programs = readdirSync(join(root, "cmd"), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => ({ name: entry.name, input: join(root, "cmd", entry.name, "main.ts") }));
const thread = { name: "cue-worker", input: join(root, "src", "render", "cue", "worker.ts") };
for (const { name, input } of [...programs, thread]) {
  const file = join(dist, `${name}.js`);
  await build({
    input,
    platform: "node",
    // Its generated clients are imported for their types alone.
    treeshake: { moduleSideEffects: [{ test: /@kubernetes\/client-node\//, sideEffects: false }] },
    output: { file, format: "esm", minify: false, codeSplitting: false },
    logLevel: "warn",
  });
  console.log(`${file} ${(statSync(file).size / 1e6).toFixed(1)} MB`);
}

if (locateTool("cue.wasm") === undefined) {
  const made = spawnSync(process.execPath, [join(root, "tools", "build.ts"), "cue.wasm"], {
    stdio: "inherit",
  });
  if (made.status !== 0) process.exit(made.status ?? 1);
}
const wasm = join(dist, "cue.wasm");
copyFileSync(requireTool("cue.wasm"), wasm);
console.log(`${wasm} ${(statSync(wasm).size / 1e6).toFixed(1)} MB`);
