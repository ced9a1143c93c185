// Bundles the programs of cmd/ under dist/, and puts CUE's evaluator and the thread that runs it
// beside them: `make build`.
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
import { locateTool, requireTool } from "../tools/locate.ts";
import { bundlePrograms } from "./bundle-program.ts";

const root = join(import.meta.dirname, "..");
const dist = join(root, "dist");
mkdirSync(dist, { recursive: true });
// A release stays until the next release.
for (const name of readdirSync(dist).filter((entry) => entry !== "release"))
  rmSync(join(dist, name), { recursive: true });
mkdirSync(join(dist, "bin"));
const programs = await bundlePrograms(dist);
for (const name of readdirSync(dist).filter((file) => file.endsWith(".js"))) {
  const file = join(dist, name);
  console.log(`${file} ${(statSync(file).size / 1e3).toFixed(0)} kB`);
}

for (const name of programs) chmodSync(join(dist, `${name}.js`), 0o755);
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
