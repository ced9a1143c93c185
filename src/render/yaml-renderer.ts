import { atOnce, inSlices, type Sliced } from "../concurrency/index.ts";
import { writtenInApplyOrder } from "./in-apply-order.ts";
import type { Manifest } from "./manifest.ts";
import { manifestsIn } from "./parse-manifests.ts";
import type { Renderer, SourceFile } from "./ports.ts";

/**
 * The manifests of YAML and JSON files. Pure: the same files give the same manifests, byte for
 * byte, in whatever order the files come.
 * Throws InvalidManifest, SourceTooLarge or NoManifests.
 */
export function renderYaml(files: readonly SourceFile[]): Manifest[] {
  return atOnce(rendered(files));
}

function* rendered(files: readonly SourceFile[]): Sliced<Manifest[]> {
  return yield* writtenInApplyOrder(yield* manifestsIn(files));
}

/** Takes every project: what no other renderer knows is YAML. */
export const yamlRenderer: Renderer = {
  accepts: () => true,
  render: async ({ files }, signal) => ({ manifests: await inSlices(rendered(files), signal) }),
};
