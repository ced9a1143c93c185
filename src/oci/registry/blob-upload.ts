/**
 * One blob on its way up (distribution specification 1.1, "Pushing blobs"): mounted from another
 * repository, in a single POST, in POST and PUT, or in pieces.
 *
 * `attempt` may be called again after a TransientFailure: an upload in pieces then asks the
 * registry how far it came and goes on there, any other starts anew. An upload that is given up
 * is cancelled, so that the registry does not keep what came of it.
 */
import { ForgeError } from "../../api/index.ts";
import type { RepositoryName } from "../reference.ts";
import type { Capabilities } from "./capabilities.ts";
import { sendPieces, type Upload, uploadStatus } from "./chunked-upload.ts";
import { apiUrl } from "./origin.ts";
import { errorOf } from "./registry-error.ts";
import type { RepositorySession } from "./registry-http.ts";
import { resolveLocation } from "./request.ts";

export interface Blob {
  readonly digest: string;
  readonly bytes: Uint8Array;
}

export interface UploadOptions {
  /** Path of a repository of the same registry that may hold the blob. */
  readonly mountFrom?: string | undefined;
  readonly chunkBytes: number;
}

/** A blob that a registry may throw away unread, to find out whether it takes single POSTs. */
const maxProbeBytes = 4 * 1024;
const maxSinglePostBytes = 1024 * 1024;
const octets = { "content-type": "application/octet-stream" } as const;
const nothing = new Uint8Array();

export class BlobUpload {
  readonly #name: RepositoryName;
  readonly #blob: Blob;
  readonly #options: UploadOptions;
  #upload: Upload | undefined;
  #triesMount: boolean;

  constructor(name: RepositoryName, blob: Blob, options: UploadOptions) {
    this.#name = name;
    this.#blob = blob;
    this.#options = options;
    this.#triesMount = options.mountFrom !== undefined;
  }

  async attempt(session: RepositorySession, able: Capabilities): Promise<void> {
    const { bytes, digest } = this.#blob;
    const isInPieces = bytes.byteLength > this.#options.chunkBytes;
    if (this.#upload !== undefined) {
      const isLeft = isInPieces && (await uploadStatus(session, this.#upload));
      if (!isLeft) this.#upload = undefined;
    }
    this.#upload ??= await this.#open(session, able);
    if (this.#upload === undefined) return;
    if (isInPieces) await sendPieces(session, this.#upload, bytes, this.#options.chunkBytes);
    const url = withDigest(this.#upload.location, digest);
    const body = isInPieces ? nothing : bytes;
    const stored = await session.request({ method: "PUT", url, headers: octets, body });
    if (stored.status !== 201) throw await errorOf(stored, `PUT ${url.pathname}`, session.now());
    await stored.discard();
    this.#upload = undefined;
  }

  /** Opens the upload and sends nothing: for who only asks whether it may. */
  async open(session: RepositorySession): Promise<void> {
    this.#upload = await this.#begin(session, apiUrl(session.origin, this.#name, "blobs/uploads/"));
  }

  /** Tells the registry that nothing more comes; whether it listens does not matter. */
  async cancel(session: RepositorySession): Promise<void> {
    if (this.#upload === undefined) return;
    const url = this.#upload.location;
    this.#upload = undefined;
    await session
      .request({ method: "DELETE", url })
      .then((answer) => answer.discard())
      .catch(() => undefined);
  }

  /** The upload that the registry opened; undefined when the blob is there already. */
  async #open(session: RepositorySession, able: Capabilities): Promise<Upload | undefined> {
    if (this.#triesMount) {
      this.#triesMount = false;
      const mounted = await this.#mount(session);
      if (mounted !== "refused") return mounted;
    }
    const { bytes, digest } = this.#blob;
    const start = apiUrl(session.origin, this.#name, "blobs/uploads/");
    const limit = able.singlePost ? maxSinglePostBytes : maxProbeBytes;
    if (able.singlePost !== false && bytes.byteLength <= limit) {
      const url = withDigest(start, digest);
      const answer = await session.request({ method: "POST", url, headers: octets, body: bytes });
      if (answer.status === 201) able.singlePost = true;
      else if (answer.status < 500 && answer.status !== 429) able.singlePost = false;
      await answer.discard();
      if (answer.status === 201) return undefined;
      if (answer.status === 202) return openedBy(answer, start);
    }
    return this.#begin(session, start);
  }

  async #begin(session: RepositorySession, start: URL): Promise<Upload> {
    const answer = await session.request({ method: "POST", url: start, body: nothing });
    if (answer.status !== 202) throw await errorOf(answer, `POST ${start.pathname}`, session.now());
    await answer.discard();
    return openedBy(answer, start);
  }

  async #mount(session: RepositorySession): Promise<Upload | undefined | "refused"> {
    const start = apiUrl(session.origin, this.#name, "blobs/uploads/");
    const url = new URL(start);
    url.searchParams.set("mount", this.#blob.digest);
    url.searchParams.set("from", this.#options.mountFrom ?? "");
    const answer = await session.request({ method: "POST", url, body: nothing });
    await answer.discard();
    if (answer.status === 201) return undefined;
    return answer.status === 202 ? openedBy(answer, start) : "refused";
  }
}

function openedBy(answer: { header(name: string): string | undefined }, start: URL): Upload {
  const location = answer.header("location");
  if (location === undefined) {
    throw new ForgeError("RegistryRefused", `${start.host} opened an upload without a Location`);
  }
  const least = Number(answer.header("oci-chunk-min-length") ?? 0);
  return {
    location: resolveLocation(location, start),
    offset: 0,
    minChunkBytes: Number.isSafeInteger(least) ? least : 0,
  };
}

/** The query of an upload holds the registry's signed state: it is kept byte for byte. */
function withDigest(location: URL, digest: string): URL {
  const url = new URL(location);
  const parameter = `digest=${encodeURIComponent(digest)}`;
  url.search = url.search === "" ? parameter : `${url.search}&${parameter}`;
  return url;
}
