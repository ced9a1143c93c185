/**
 * Manifests that refer to another by `subject`: signatures, provenance (distribution
 * specification 1.1, "Listing Referrers"). Registries without that API keep an index under a tag
 * made of the subject's digest, which clients write themselves; see referrer-tag.ts.
 */
import { z } from "zod";
import { ForgeError } from "../../api/index.ts";
import { descriptorSchema } from "../descriptor.ts";
import { mediaTypes } from "../media-types.ts";
import type { Referrer } from "../ports.ts";
import type { RepositoryName } from "../reference.ts";
import type { Capabilities } from "./capabilities.ts";
import { nextPage } from "./link.ts";
import { acceptedManifests, maxManifestBytes } from "./manifest-answer.ts";
import { apiUrl } from "./origin.ts";
import { errorOf } from "./registry-error.ts";
import type { RepositorySession } from "./registry-http.ts";

const referrerSchema = descriptorSchema.extend({
  artifactType: z.string().max(255).optional(),
  annotations: z.record(z.string(), z.string()).optional(),
});
const indexSchema = z.object({
  schemaVersion: z.literal(2),
  mediaType: z.literal(mediaTypes.index).optional(),
  manifests: z.array(referrerSchema).max(10_000),
});

const maxPages = 100;
const maxReferrers = 10_000;

export interface ReferrersOf {
  readonly name: RepositoryName;
  readonly digest: string;
  readonly artifactType?: string | undefined;
}

/** All referrers, filtered; by the API, or by the tag where there is none. */
export async function listReferrers(
  session: RepositorySession,
  able: Capabilities,
  wanted: ReferrersOf,
): Promise<Referrer[]> {
  if (able.referrers !== false) {
    const listed = await listByApi(session, wanted);
    able.referrers = listed !== undefined;
    if (listed !== undefined) return listed;
  }
  const { referrers } = await readReferrerTag(session, wanted);
  return referrers.filter((one) => isWanted(one, wanted));
}

/** undefined when the registry does not have the API. */
export async function listByApi(
  session: RepositorySession,
  wanted: ReferrersOf,
): Promise<Referrer[] | undefined> {
  const found: Referrer[] = [];
  let listed = 0;
  let url: URL | undefined = apiUrl(session.origin, wanted.name, `referrers/${wanted.digest}`);
  if (wanted.artifactType) url.searchParams.set("artifactType", wanted.artifactType);
  for (let page = 0; url !== undefined; page++) {
    if (page === maxPages || listed > maxReferrers) {
      throw new ForgeError("RegistryRefused", `${url.host} lists more referrers than are read`);
    }
    const headers = { accept: mediaTypes.index };
    const answer = await session.request({ method: "GET", url, headers });
    const type = answer.header("content-type")?.split(";")[0]?.trim();
    // Some registries answer unknown paths with a page for people.
    if (page === 0 && (answer.status === 404 || (answer.status === 200 && isHtml(type)))) {
      await answer.discard();
      return undefined;
    }
    if (answer.status !== 200) throw await errorOf(answer, `GET ${url.pathname}`, session.now());
    const isFiltered = answer.header("oci-filters-applied")?.includes("artifactType") ?? false;
    const next = nextPage(answer.header("link"), url);
    const referrers = parseIndex(await answer.bytes(maxManifestBytes), url);
    // Entries that are passed over were read and parsed all the same.
    listed += referrers.length;
    found.push(...referrers.filter((one) => isFiltered || isWanted(one, wanted)));
    url = next;
  }
  return found;
}

export interface ReferrerTag {
  readonly referrers: readonly Referrer[];
  /** Of the index as it stood; undefined when there was none. */
  readonly etag: string | undefined;
}

/** The index under the fallback tag; empty when there is none. */
export async function readReferrerTag(
  session: RepositorySession,
  { name, digest }: ReferrersOf,
): Promise<ReferrerTag> {
  const url = apiUrl(session.origin, name, `manifests/${referrerTag(digest)}`);
  const answer = await session.request({ method: "GET", url, headers: acceptedManifests });
  if (answer.status === 404) {
    await answer.discard();
    return { referrers: [], etag: undefined };
  }
  if (answer.status !== 200) throw await errorOf(answer, `GET ${url.pathname}`, session.now());
  const named = answer.header("docker-content-digest");
  const etag = answer.header("etag") ?? (named && `"${named}"`);
  return { referrers: parseIndex(await answer.bytes(maxManifestBytes), url), etag };
}

/** `sha256-<hex>`: the digest as a tag, cut where tags end. */
export function referrerTag(digest: string): string {
  return digest.replace(":", "-").slice(0, 128);
}

function isWanted({ artifactType }: Referrer, wanted: ReferrersOf): boolean {
  return wanted.artifactType === undefined || artifactType === wanted.artifactType;
}

function isHtml(type: string | undefined): boolean {
  return type === "text/html";
}

function parseIndex(bytes: Uint8Array, url: URL): Referrer[] {
  try {
    const text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return indexSchema.parse(JSON.parse(text)).manifests;
  } catch (cause) {
    const message = `${url.host} answered ${url.pathname} with something else than an index`;
    throw new ForgeError("RegistryRefused", message, { cause });
  }
}
