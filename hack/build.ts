// Bundles each program of cmd/ into one file under dist/: `make build`.
import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { build } from "rolldown";

const root = join(import.meta.dirname, "..");
const dist = join(root, "dist");
rmSync(dist, { recursive: true, force: true });
const programs = readdirSync(join(root, "cmd"), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);
for (const program of programs) {
  const file = join(dist, `${program}.js`);
  await build({
    input: join(root, "cmd", program, "main.ts"),
    platform: "node",
    // Its generated clients are imported for their types alone.
    treeshake: { moduleSideEffects: [{ test: /@kubernetes\/client-node\//, sideEffects: false }] },
    output: { file, format: "esm", minify: false, codeSplitting: false },
    logLevel: "warn",
  });
  console.log(`${file} ${(statSync(file).size / 1e6).toFixed(1)} MB`);
}
