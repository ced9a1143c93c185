import { inApplyOrder } from "./in-apply-order.ts";
import type { Manifest } from "./manifest.ts";
import { parseManifests } from "./parse-manifests.ts";
import type { Renderer, SourceFile } from "./ports.ts";

/**
 * The manifests of YAML and JSON files. Pure: the same files give the same manifests, byte for
 * byte, in whatever order the files come.
 * Throws InvalidManifest, SourceTooLarge or NoManifests.
 */
export function renderYaml(files: readonly SourceFile[]): Manifest[] {
  return inApplyOrder(parseManifests(files));
}

/** Takes every project: what no other renderer knows is YAML. */
export const yamlRenderer: Renderer = {
  accepts: () => true,
  render: async ({ files }) => ({ manifests: renderYaml(files) }),
};
