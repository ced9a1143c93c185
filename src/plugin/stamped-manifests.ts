import { ForgeError, isRecord } from "../api/index.ts";
import type { ReleaseImage } from "../oci/index.ts";
import { exactJson } from "../yaml/index.ts";
import { limits } from "./limits.ts";
import type { Pointer } from "./pointer.ts";
import { readDocument, reasonOf } from "./yaml.ts";

/** Annotations by which every object in a cluster says which release it belongs to. */
export const stamp = {
  release: "forge.dev/release",
  number: "forge.dev/release-number",
  digest: "forge.dev/release-digest",
  environment: "forge.dev/environment",
} as const;

/**
 * The objects of a release image as JSON, in order of application, each stamped. Pure.
 * @throws ForgeError ImageInvalid when the image is of another release, or a file is no object;
 * NoManifests; SourceTooLarge
 */
export function stampedManifests(pointer: Pointer, image: ReleaseImage): string[] {
  const { source, release } = image.metadata;
  for (const field of ["repository", "project", "commit"] as const) {
    if (source[field] === pointer[field]) continue;
    throw invalid(`is a release of ${field} ${source[field]}, not of ${pointer[field]}`);
  }
  const stamps = {
    [stamp.release]: pointer.commit,
    [stamp.number]: String(release.number),
    [stamp.digest]: pointer.image.digest,
    [stamp.environment]: pointer.environment,
  };
  const manifests = image.files.map(({ name, yaml }) => stamped(yaml, name, stamps));
  // Argo CD would take no objects for the wish to delete all that are there.
  if (manifests.length === 0) throw new ForgeError("NoManifests", "the release has no manifests");
  const size = manifests.reduce((sum, manifest) => sum + Buffer.byteLength(manifest), 0);
  if (size > limits.outputBytes) {
    throw new ForgeError(
      "SourceTooLarge",
      `the release has ${size} bytes of manifests, more than ${limits.outputBytes}`,
    );
  }
  return manifests;
}

function stamped(yaml: string, name: string, stamps: Readonly<Record<string, string>>): string {
  const object = parse(yaml, name);
  if (!isRecord(object)) throw invalid(`${name} holds no object`);
  const { apiVersion, kind, metadata } = object;
  if (typeof apiVersion !== "string" || typeof kind !== "string" || !isRecord(metadata)) {
    throw invalid(`${name} lacks apiVersion, kind or metadata`);
  }
  if (typeof metadata["name"] !== "string" || metadata["name"] === "") {
    throw invalid(`${name} has no metadata.name`);
  }
  // Argo CD would unfold it, whatever its kind, and its items would carry no stamp.
  if ("items" in object) {
    throw invalid(`${name} is a list; a release holds one object a file`);
  }
  const annotations = metadata["annotations"] ?? {};
  if (!isRecord(annotations)) throw invalid(`${name}: metadata.annotations is no map`);
  return exactJson({
    ...object,
    metadata: { ...metadata, annotations: { ...annotations, ...stamps } },
  });
}

function parse(yaml: string, name: string): unknown {
  try {
    return readDocument(yaml);
  } catch (cause) {
    throw invalid(`${name}: ${reasonOf(cause)}`, cause);
  }
}

function invalid(why: string, cause?: unknown): ForgeError {
  return new ForgeError("ImageInvalid", `the release image ${why}`, { cause });
}
