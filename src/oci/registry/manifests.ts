import { ForgeError } from "../../api/index.ts";
import type { Descriptor } from "../descriptor.ts";
import { isDigest, sha256Of } from "../digest.ts";
import { imageInvalid, imageNotFound } from "../image-errors.ts";
import type { FetchedManifest } from "../ports.ts";
import { formatReference, type Reference, type RepositoryName } from "../reference.ts";
import { acceptedManifests, maxManifestBytes, verifyManifest } from "./manifest-answer.ts";
import { apiUrl } from "./origin.ts";
import { errorOf } from "./registry-error.ts";
import type { RepositorySession } from "./registry-http.ts";

export interface NewManifest {
  readonly mediaType: string;
  readonly bytes: Uint8Array;
}

/** undefined when there is none. A registry that does not say all in a HEAD is asked by GET. */
export async function headManifest(
  session: RepositorySession,
  reference: Reference,
): Promise<Descriptor | undefined> {
  const url = manifestUrl(session, reference);
  const answer = await session.request({ method: "HEAD", url, headers: acceptedManifests });
  await answer.discard();
  if (answer.status === 404) return undefined;
  if (answer.status !== 200) throw await errorOf(answer, `HEAD ${url.pathname}`, session.now());
  const mediaType = answer.header("content-type")?.split(";")[0]?.trim() ?? "";
  const digest = answer.header("docker-content-digest") ?? "";
  const size = Number(answer.header("content-length") ?? Number.NaN);
  if (isDigest(digest) && mediaType !== "" && Number.isSafeInteger(size)) {
    if (reference.digest !== undefined && isOther(digest, reference.digest)) {
      throw imageInvalid(`${formatReference(reference)} is ${digest}, says ${url.host}`);
    }
    return { mediaType, digest, size };
  }
  const fetched = await getManifest(session, reference);
  return { mediaType: fetched.mediaType, digest: fetched.digest, size: fetched.size };
}

/** Throws ImageNotFound, or ImageInvalid when the bytes are not what was asked for. */
export async function getManifest(
  session: RepositorySession,
  reference: Reference,
): Promise<FetchedManifest> {
  const url = manifestUrl(session, reference);
  const answer = await session.request({ method: "GET", url, headers: acceptedManifests });
  if (answer.status === 404) {
    await answer.discard();
    throw imageNotFound(formatReference(reference));
  }
  if (answer.status !== 200) throw await errorOf(answer, `GET ${url.pathname}`, session.now());
  return verifyManifest(reference, answer, await answer.bytes(maxManifestBytes));
}

export interface StoredManifest {
  /** Digest that the registry linked it to. */
  readonly subject: string | undefined;
  /** Tags that the registry says to have set in the same request. */
  readonly tags: readonly string[];
}

/** Stores exactly these bytes. `tags` are wished for beside the reference; the answer tells which were set. */
export async function putManifest(
  session: RepositorySession,
  reference: Reference,
  { mediaType, bytes }: NewManifest,
  tags: readonly string[] = [],
): Promise<StoredManifest> {
  if (bytes.byteLength > maxManifestBytes) {
    throw new ForgeError(
      "SourceTooLarge",
      `the manifest of ${formatReference(reference)} has ${bytes.byteLength} bytes, more than ${maxManifestBytes}`,
    );
  }
  const url = manifestUrl(session, reference);
  for (const tag of tags) url.searchParams.append("tag", tag);
  const headers = { "content-type": mediaType };
  const answer = await session.request({ method: "PUT", url, headers, body: bytes });
  if (answer.status !== 201) throw await errorOf(answer, `PUT ${url.pathname}`, session.now());
  await answer.discard();
  const named = answer.header("docker-content-digest");
  if (named !== undefined && isOther(named, reference.digest ?? sha256Of(bytes))) {
    throw imageInvalid(
      `${url.host} stored ${formatReference(reference)} as ${named.slice(0, 200)}`,
    );
  }
  const set = (answer.header("oci-tag") ?? "").split(",").map((tag) => tag.trim());
  return { subject: answer.header("oci-subject"), tags: tags.filter((tag) => set.includes(tag)) };
}

/**
 * Stores a manifest under its digest and several tags: in one request where the registry can do
 * that (distribution specification after 1.1: `PUT …/manifests/<digest>?tag=…`, answered by
 * OCI-Tag), else in one for each tag that it did not name.
 */
export async function putTaggedManifest(
  session: RepositorySession,
  name: RepositoryName,
  manifest: NewManifest,
  tags: readonly string[],
): Promise<void> {
  const digest = sha256Of(manifest.bytes);
  const stored = await putManifest(session, { ...name, digest }, manifest, tags);
  for (const tag of tags.filter((wanted) => !stored.tags.includes(wanted))) {
    await putManifest(session, { ...name, tag }, manifest);
  }
}

/** Digests of two algorithms say nothing of each other. */
function isOther(one: string, two: string): boolean {
  const algorithm = two.slice(0, two.indexOf(":") + 1);
  return one.startsWith(algorithm) && one !== two;
}

function manifestUrl(session: RepositorySession, reference: Reference): URL {
  const name = reference.digest ?? reference.tag;
  if (name === undefined)
    throw imageNotFound(`${formatReference(reference)} without tag or digest`);
  return apiUrl(session.origin, reference, `manifests/${name}`);
}
