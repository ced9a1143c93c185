import { compareApplyOrder } from "./apply-order.ts";
import type { Manifest } from "./manifest.ts";
import type { ParsedManifest } from "./manifest-list.ts";
import { writeYaml } from "./write-yaml.ts";

/** The manifests of a release, in whatever order they were found. */
export function inApplyOrder(manifests: readonly ParsedManifest[]): Manifest[] {
  return manifests
    .toSorted(compareApplyOrder)
    .map((manifest) => ({ ...manifest, yaml: writeYaml(manifest.object) }));
}
