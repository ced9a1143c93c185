import { atOnce, type Sliced, VisitCount } from "../concurrency/index.ts";
import { compareApplyOrder } from "./apply-order.ts";
import type { Manifest } from "./manifest.ts";
import type { ParsedManifest } from "./manifest-list.ts";
import { YamlWriter } from "./write-yaml.ts";

/** The manifests of a release, in whatever order they were found. */
export function inApplyOrder(manifests: readonly ParsedManifest[]): Manifest[] {
  return atOnce(writtenInApplyOrder(manifests));
}

/** As inApplyOrder, some manifests at a time. */
export function* writtenInApplyOrder(manifests: readonly ParsedManifest[]): Sliced<Manifest[]> {
  const writer = new YamlWriter();
  const work = new VisitCount();
  const written: Manifest[] = [];
  for (const manifest of manifests.toSorted(compareApplyOrder)) {
    const yaml = writer.write(manifest.object);
    written.push({ ...manifest, yaml });
    // A character takes some ten times as long as a byte to hash.
    if (work.visit(10 * yaml.length)) yield;
  }
  return written;
}
