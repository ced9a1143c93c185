import { join } from "node:path";
import { build } from "rolldown";
import { bundleOptions, outputOptions } from "../../hack/bundle-options.ts";

const root = join(import.meta.dirname, "..", "..");

/** Bundles a program as it is shipped: one file, of what it uses alone. */
export async function bundle(source: string, folder: string): Promise<string> {
  const file = join(folder, `${source.replaceAll("/", "-").replace(/\.ts$/, "")}.mjs`);
  await build({
    ...bundleOptions,
    input: join(root, source),
    output: { ...outputOptions, file, codeSplitting: false },
  });
  return file;
}
