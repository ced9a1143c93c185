/** Bundles a program of cmd/ as it is shipped: a launcher that any Node reads, and the rest. */
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build, type Plugin } from "rolldown";
import { bundleOptions, outputOptions } from "./bundle-options.ts";

const root = join(import.meta.dirname, "..");
/** Modules are named by their path from here: the same names wherever it is built from. */
const options = { ...bundleOptions, cwd: root };
/** The command runs on people's machines, whose Node may be older than that of the image. */
const command = { name: "forge", target: "node20.9" };

/** Leaves what the launcher loads in files of its own. */
function loadsFrom(folder: string): Plugin {
  return {
    name: "launcher",
    resolveId: (source, _importer, { kind }) =>
      kind === "dynamic-import"
        ? { id: source.replace("./", folder).replace(/\.ts$/, ".js"), external: true }
        : undefined,
  };
}

/** Writes `<name>.js` and what it loads into `dist`. */
export async function bundleProgram(name: string, dist: string): Promise<void> {
  const source = join(root, "cmd", name);
  const isCommand = name === command.name;
  const rest = isCommand ? `./${name}/` : `./${name}.`;
  await build({
    ...options,
    input: join(source, "main.ts"),
    transform: { target: "es2015" },
    plugins: [loadsFrom(rest)],
    output: { ...outputOptions, file: join(dist, `${name}.js`) },
  });
  if (!isCommand) {
    const file = join(dist, `${name}.run.js`);
    await build({
      ...options,
      input: join(source, "run.ts"),
      output: { ...outputOptions, file, codeSplitting: false },
    });
    return;
  }
  // It starts anew each time and reads only what it needs: its code stands in parts.
  await build({
    ...options,
    input: { run: join(source, "run.ts"), "older-node": join(source, "older-node.ts") },
    transform: { target: command.target },
    output: { ...outputOptions, dir: join(dist, name), chunkFileNames: "[name].js" },
  });
}

/** Writes every program, and the thread that runs CUE's evaluator; answers the programs' names. */
export async function bundlePrograms(dist: string): Promise<readonly string[]> {
  // The files are modules wherever the folder is copied to.
  writeFileSync(join(dist, "package.json"), '{"type":"module"}\n');
  const programs = readdirSync(join(root, "cmd"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name);
  for (const name of programs) await bundleProgram(name, dist);
  await build({
    ...options,
    input: join(root, "src", "render", "cue", "worker.ts"),
    output: { ...outputOptions, file: join(dist, "cue-worker.js"), codeSplitting: false },
  });
  return programs;
}

/** Writes the command as one module, which needs no other file. */
export async function bundleWholeCommand(file: string): Promise<void> {
  await build({
    ...options,
    input: join(root, "cmd", command.name, "main.ts"),
    output: { ...outputOptions, file, codeSplitting: false },
  });
}
