import { join } from "node:path";
import { build } from "rolldown";

const root = join(import.meta.dirname, "..", "..");

/** Bundles a program as it is shipped: one file, of what it uses alone. */
export async function bundle(source: string, folder: string): Promise<string> {
  const file = join(folder, `${source.replaceAll("/", "-").replace(/\.ts$/, "")}.mjs`);
  await build({
    input: join(root, source),
    platform: "node",
    // Its thousand models are declared one by one with side effects, and used by nobody.
    treeshake: { moduleSideEffects: [{ test: /@kubernetes\/client-node\//, sideEffects: false }] },
    output: { file, format: "esm", codeSplitting: false },
    logLevel: "warn",
  });
  return file;
}
