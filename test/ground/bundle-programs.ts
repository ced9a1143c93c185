import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { build } from "rolldown";
import { bundleOptions, outputOptions } from "../../hack/bundle-options.ts";
import { programNames, programPath, programsVariable } from "./program-path.ts";

const worker = join(import.meta.dirname, "..", "..", "src", "render", "cue", "worker.ts");

/**
 * Bundles forge's programs for a suite that starts them hundreds of times: a bundle starts in a
 * fifth of the processor time of the source, and is nearer to what is shipped.
 */
export async function bundlePrograms(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const inputs = [
    ...programNames.map((name) => ({ name: name as string, input: programPath(name) })),
    { name: "cue-worker", input: worker },
  ];
  for (const { name, input } of inputs) {
    const file = join(folder, `${name}.js`);
    const output = { ...outputOptions, file, codeSplitting: false };
    await build({ ...bundleOptions, input, output });
  }
  process.env[programsVariable] = folder;
  process.env["NODE_COMPILE_CACHE"] = join(folder, "compiled");
}
