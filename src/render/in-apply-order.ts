import { compareApplyOrder } from "./apply-order.ts";
import type { Manifest } from "./manifest.ts";
import type { ParsedManifest } from "./manifest-list.ts";
import { YamlWriter } from "./write-yaml.ts";

/** The manifests of a release, in whatever order they were found. */
export function inApplyOrder(manifests: readonly ParsedManifest[]): Manifest[] {
  const writer = new YamlWriter();
  return manifests
    .toSorted(compareApplyOrder)
    .map((manifest) => ({ ...manifest, yaml: writer.write(manifest.object) }));
}
