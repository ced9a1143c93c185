import { compareApplyOrder } from "./apply-order.ts";
import type { Manifest } from "./manifest.ts";
import { parseManifests } from "./parse-manifests.ts";
import type { SourceFile } from "./ports.ts";
import { writeYaml } from "./write-yaml.ts";

/**
 * The manifests of a release, in order of application. Pure: the same files give the same
 * manifests, byte for byte, in whatever order the files come.
 * Throws InvalidManifest, SourceTooLarge or NoManifests.
 */
export function render(files: readonly SourceFile[]): Manifest[] {
  return parseManifests(files)
    .toSorted(compareApplyOrder)
    .map((manifest) => ({ ...manifest, yaml: writeYaml(manifest.object) }));
}
