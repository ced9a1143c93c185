/** Pushes the images, the index over them, and what is attached to each. */
import { attach, parseReference, type RegistryClient } from "../../src/oci/index.ts";
import type { PlatformImage } from "./image.ts";
import type { Blob } from "./layer.ts";

export interface Documented extends PlatformImage {
  readonly sbom: Uint8Array;
}

export const sbomType = "application/spdx+json";

export async function pushImages(
  registry: RegistryClient,
  reference: string,
  index: Blob,
  images: readonly Documented[],
  signal: AbortSignal,
): Promise<void> {
  const place = parseReference(reference);
  const { host, path } = place;
  for (const { manifest, config, layers, sbom } of images) {
    for (const { descriptor, bytes } of [config, ...layers]) {
      await registry.putBlob({ host, path }, descriptor.digest, bytes, signal);
    }
    const at = { host, path, digest: manifest.descriptor.digest };
    const { mediaType } = manifest.descriptor;
    await registry.putManifest(at, { mediaType, bytes: manifest.bytes }, signal);
    await attach(registry, at, { artifactType: sbomType, bytes: sbom }, signal);
  }
  // Last: what the tag names is there.
  const { mediaType } = index.descriptor;
  await registry.putManifest(place, { mediaType, bytes: index.bytes }, signal);
}
