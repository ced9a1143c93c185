// Bundles each program of cmd/ under dist/, each into one file but for the command, and puts CUE's
// evaluator and the thread that runs it beside them: `make build`.
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { join } from "node:path";
import { build } from "rolldown";
import { locateTool, requireTool } from "../tools/locate.ts";
import { bundleOptions, outputOptions } from "./bundle-options.ts";

const root = join(import.meta.dirname, "..");
const dist = join(root, "dist");
rmSync(dist, { recursive: true, force: true });
const programs = readdirSync(join(root, "cmd"), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => ({ name: entry.name, input: join(root, "cmd", entry.name, "main.ts") }));
const thread = { name: "cue-worker", input: join(root, "src", "render", "cue", "worker.ts") };
for (const { name, input } of [...programs, thread]) {
  const file = join(dist, `${name}.js`);
  // A command that is started anew each time reads what it needs alone: the rest stands in parts.
  const isCommand = name === "forge";
  const parts = { dir: dist, entryFileNames: `${name}.js`, chunkFileNames: `${name}/[name].js` };
  await build({
    ...bundleOptions,
    input,
    output: {
      ...outputOptions,
      ...(isCommand ? parts : { file, codeSplitting: false }),
    },
  });
  console.log(`${file} ${(statSync(file).size / 1e6).toFixed(1)} MB`);
}

mkdirSync(join(dist, "bin"));
const command = join(dist, "forge.js");
chmodSync(command, 0o755);
for (const name of ["forge", "kubectl-forge"])
  symlinkSync(join("..", "forge.js"), join(dist, "bin", name));

if (locateTool("cue.wasm") === undefined) {
  const made = spawnSync(process.execPath, [join(root, "tools", "build.ts"), "cue.wasm"], {
    stdio: "inherit",
  });
  if (made.status !== 0) process.exit(made.status ?? 1);
}
const wasm = join(dist, "cue.wasm");
copyFileSync(requireTool("cue.wasm"), wasm);
console.log(`${wasm} ${(statSync(wasm).size / 1e6).toFixed(1)} MB`);
