import { foreignText } from "../../api/index.ts";
import { hasDigest, isDigest, sha256Of } from "../digest.ts";
import { imageInvalid } from "../image-errors.ts";
import { mediaTypes } from "../media-types.ts";
import type { FetchedManifest } from "../ports.ts";
import { formatReference, type Reference } from "../reference.ts";
import type { Answer } from "./request.ts";

/** The bound that the distribution specification lets registries set on a manifest. */
export const maxManifestBytes = 4 * 1024 * 1024;

/** Everything a tag may hold: a registry asked for less may answer 404, or convert it. */
export const acceptedManifests = {
  accept: [
    mediaTypes.manifest,
    mediaTypes.index,
    mediaTypes.dockerManifest,
    mediaTypes.dockerIndex,
  ].join(", "),
} as const;

/**
 * Checks the bytes of a manifest against the digest that was asked for, the one the registry
 * names, and the media type in the body against the one in the header: a body read as two types
 * is an attack on whoever verified the other one.
 */
export function verifyManifest(
  reference: Reference,
  answer: Pick<Answer, "header">,
  bytes: Uint8Array,
): FetchedManifest {
  const shown = formatReference(reference);
  const named = answer.header("docker-content-digest");
  if (named !== undefined && (!isDigest(named) || !hasDigest(bytes, named))) {
    throw imageInvalid(`the manifest of ${shown} is not what its Docker-Content-Digest says`);
  }
  if (reference.digest !== undefined && !hasDigest(bytes, reference.digest)) {
    throw imageInvalid(`the manifest of ${shown} has other content than its digest says`);
  }
  const mediaType = answer.header("content-type")?.split(";")[0]?.trim() ?? "";
  const inBody = mediaTypeIn(bytes, shown);
  if (inBody !== undefined && inBody !== mediaType) {
    throw imageInvalid(
      `the manifest of ${shown} says it is ${typeof inBody === "string" ? foreignText(inBody, 100) : typeof inBody}, its Content-Type ${foreignText(mediaType, 100)}`,
    );
  }
  const digest = reference.digest ?? sha256Of(bytes);
  return { mediaType, digest, size: bytes.byteLength, bytes };
}

function mediaTypeIn(bytes: Uint8Array, shown: string): unknown {
  try {
    const body: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    return (body as { mediaType?: unknown } | null)?.mediaType;
  } catch (cause) {
    throw imageInvalid(`the manifest of ${shown} is no JSON`, cause);
  }
}
