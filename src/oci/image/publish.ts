/**
 * Publishing a release: its tag is written once and never moved.
 *
 * OCI has no compare-and-swap, so the tag is looked at before the push and again after it. What
 * stands there either is this release (same repository, project, commit and resources), and is
 * adopted with its number, or is something else, and the release fails with ImageTaken. Blobs
 * come before the manifest: killed at any point, nothing half-made is visible under the tag, and
 * the next try finds what there is.
 */
import { ForgeError } from "../../api/index.ts";
import { inSpan, noSpan, type Span } from "../../telemetry/index.ts";
import type { Registry } from "../ports.ts";
import {
  formatReference,
  type Reference,
  type RepositoryName,
  releaseRepository,
} from "../reference.ts";
import { readReleaseImage } from "./read.ts";
import { type PackedRelease, type Published, pack, type ReleaseContent } from "./release-image.ts";

/** @param lost digest of an image that was published before and is lost: no other may take its tag */
export async function publishRelease(
  registry: Registry,
  content: ReleaseContent,
  signal: AbortSignal,
  span: Span = noSpan,
  lost?: string,
): Promise<Published> {
  const { repository, project, commit } = content.source;
  const name = releaseRepository(content.registry, repository, project);
  const reference: Reference = { ...name, tag: commit };
  const packed = await inSpan(span, "pack", () => pack(content));
  if (lost !== undefined && packed.manifest.digest !== lost) {
    throw new ForgeError(
      "ImageChanged",
      `${formatReference(reference)} was ${lost}, and would be ${packed.manifest.digest} now`,
    );
  }
  return inSpan(span, "push image", () => push(registry, reference, content, packed, signal, lost));
}

async function push(
  registry: Registry,
  reference: Reference,
  content: ReleaseContent,
  packed: PackedRelease,
  signal: AbortSignal,
  lost: string | undefined,
): Promise<Published> {
  if ((await registry.headManifest(reference, signal)) !== undefined) {
    return await adopt(registry, reference, content, packed, signal, lost);
  }
  await putBlobs(registry, reference, packed, signal);
  await registry.putManifest(reference, packed.manifest, signal);
  const now = await registry.getManifest(reference, signal);
  if (now.digest !== packed.manifest.digest) {
    return await adopt(registry, reference, content, packed, signal, lost);
  }
  return {
    ref: formatReference(reference),
    digest: packed.manifest.digest,
    size: packed.size,
    resourcesDigest: packed.resourcesDigest,
    metadataDigest: packed.metadataDigest,
    number: content.release.number,
    adopted: false,
  };
}

/** All at once. The first failure ends the others, and nothing goes on behind the caller's back. */
async function putBlobs(
  registry: Registry,
  name: RepositoryName,
  { blobs }: PackedRelease,
  signal: AbortSignal,
): Promise<void> {
  const stop = new AbortController();
  const either = AbortSignal.any([signal, stop.signal]);
  const results = await Promise.allSettled(
    blobs.map(async ({ digest, bytes }) => {
      try {
        await registry.putBlob(name, digest, bytes, either);
      } catch (error) {
        stop.abort(error);
        throw error;
      }
    }),
  );
  signal.throwIfAborted();
  if (results.some(({ status }) => status === "rejected")) throw stop.signal.reason;
}

async function adopt(
  registry: Registry,
  reference: Reference,
  { source }: ReleaseContent,
  packed: PackedRelease,
  signal: AbortSignal,
  lost: string | undefined,
): Promise<Published> {
  const ref = formatReference(reference);
  const {
    metadata,
    files: _files,
    created: _created,
    ...image
  } = await readReleaseImage(registry, reference, signal).catch((error: unknown) => {
    if (!(error instanceof ForgeError) || error.code !== "ImageInvalid") throw error;
    throw taken(ref, error.message, error);
  });
  const { repository, project, commit } = metadata.source;
  const isSameSource =
    repository === source.repository && project === source.project && commit === source.commit;
  if (!isSameSource) throw taken(ref, `it is a release of ${repository}/${project} at ${commit}`);
  if (image.resourcesDigest !== packed.resourcesDigest) {
    throw taken(ref, `its release ${metadata.release.number} of this commit has other manifests`);
  }
  if (lost !== undefined && image.digest !== lost) {
    throw taken(ref, `the release was ${lost}, and what is there is ${image.digest}`);
  }
  return { ...image, number: metadata.release.number, adopted: true };
}

function taken(ref: string, why: string, cause?: unknown): ForgeError {
  return new ForgeError("ImageTaken", `${ref} is taken: ${why}`, { cause });
}
