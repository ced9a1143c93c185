import type { Descriptor } from "../descriptor.ts";
import { hasDigest } from "../digest.ts";
import { imageInvalid } from "../image-errors.ts";
import type { Registry } from "../ports.ts";
import { formatReference, type Reference } from "../reference.ts";
import { gunzip } from "./gzip.ts";
import { maxMetadataBytes, parseMetadata, type ReleaseMetadata } from "./metadata.ts";
import type { ReleaseImage } from "./release-image.ts";
import { parseReleaseManifest } from "./release-manifest.ts";
import { inflatedLimit, readTar, tarLimits } from "./tar.ts";

/** What an image is read from: a registry, or something that keeps what a registry gave. */
export type ImageSource = Pick<Registry, "getManifest" | "getBlob">;

/**
 * Reads a release image by digest or tag, verifying manifest → metadata → resources.
 * Throws ImageNotFound, or ImageInvalid with what is wrong.
 */
export async function readReleaseImage(
  registry: ImageSource,
  reference: Reference,
  signal: AbortSignal,
): Promise<ReleaseImage> {
  const place = formatReference(reference);
  const fetched = await registry.getManifest(reference, signal);
  const manifest = parseReleaseManifest(fetched, place);
  refuseLarge(manifest.metadata, maxMetadataBytes, place);
  refuseLarge(manifest.resources, tarLimits.bytesInTotal, place);
  const [metadataBytes, compressed] = await Promise.all([
    registry.getBlob(reference, manifest.metadata, signal),
    registry.getBlob(reference, manifest.resources, signal),
  ]);
  const metadata = parseMetadata(metadataBytes, place);
  const { config, resources } = manifest;
  return {
    ref: place,
    digest: fetched.digest,
    size: fetched.size + config.size + resources.size + manifest.metadata.size,
    resourcesDigest: metadata.resources.digest,
    metadataDigest: manifest.metadata.digest,
    created: manifest.annotations["org.opencontainers.image.created"],
    metadata,
    files: await unpackResources(compressed, metadata, place),
  };
}

async function unpackResources(
  compressed: Uint8Array,
  { resources }: ReleaseMetadata,
  place: string,
): Promise<ReleaseImage["files"]> {
  const what = `the resources layer of ${place}`;
  const tar = await gunzip(compressed, inflatedLimit(compressed.byteLength), what);
  if (!hasDigest(tar, resources.digest)) {
    throw imageInvalid(`${what} has other content than the release metadata says`);
  }
  const files = readTar(tar);
  if (files.length !== resources.count) {
    throw imageInvalid(`${what} has ${files.length} files; the metadata says ${resources.count}`);
  }
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  return files.map(({ name, content }) => {
    try {
      return { name, yaml: decoder.decode(content) };
    } catch (cause) {
      throw imageInvalid(`${what}: ${name} is not UTF-8`, cause);
    }
  });
}

function refuseLarge(layer: Descriptor, limit: number, place: string): void {
  if (layer.size > limit) {
    throw imageInvalid(
      `${place}: layer ${layer.mediaType} has ${layer.size} bytes, more than ${limit}`,
    );
  }
}
