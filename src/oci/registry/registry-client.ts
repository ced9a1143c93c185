import type { Descriptor } from "../descriptor.ts";
import { DigestVerifier } from "../digest.ts";
import { imageInvalid, imageNotFound } from "../image-errors.ts";
import type { FetchedManifest, Registry } from "../ports.ts";
import {
  formatReference,
  formatRepository,
  type Reference,
  type RepositoryName,
} from "../reference.ts";
import { blobUpload } from "./blob-upload.ts";
import { acceptedManifests, maxManifestBytes, verifyManifest } from "./manifest-answer.ts";
import { apiUrl } from "./origin.ts";
import { errorOf } from "./registry-error.ts";
import {
  type RegistryClientOptions,
  RegistryHttp,
  type RepositorySession,
} from "./registry-http.ts";
import { allTags } from "./tag-list.ts";

/** A client of the OCI distribution API 1.1. Close it with `await using`, or Symbol.asyncDispose. */
export class RegistryClient implements Registry, AsyncDisposable {
  readonly #http: RegistryHttp;

  constructor(options: RegistryClientOptions = {}) {
    this.#http = new RegistryHttp(options);
  }

  async headManifest(reference: Reference, signal: AbortSignal): Promise<Descriptor | undefined> {
    const head = await this.#http.run(reference, "pull", signal, async (session) => {
      const url = manifestUrl(session, reference);
      const answer = await session.request({ method: "HEAD", url, headers: acceptedManifests });
      await answer.discard();
      if (answer.status === 404) return undefined;
      if (answer.status !== 200)
        throw await errorOf(answer, `HEAD ${url.pathname}`, this.#http.now());
      return {
        mediaType: answer.header("content-type")?.split(";")[0]?.trim() ?? "",
        digest: answer.header("docker-content-digest") ?? "",
        size: Number(answer.header("content-length") ?? Number.NaN),
      };
    });
    if (head === undefined) return undefined;
    // Some registries answer HEAD without saying which digest it is.
    const isComplete =
      head.digest !== "" && head.mediaType !== "" && Number.isSafeInteger(head.size);
    if (isComplete) return head;
    const { mediaType, digest, size } = await this.getManifest(reference, signal);
    return { mediaType, digest, size };
  }

  getManifest(reference: Reference, signal: AbortSignal): Promise<FetchedManifest> {
    return this.#http.run(reference, "pull", signal, async (session) => {
      const url = manifestUrl(session, reference);
      const answer = await session.request({ method: "GET", url, headers: acceptedManifests });
      if (answer.status === 404) {
        await answer.discard();
        throw imageNotFound(formatReference(reference));
      }
      if (answer.status !== 200)
        throw await errorOf(answer, `GET ${url.pathname}`, this.#http.now());
      return verifyManifest(reference, answer, await answer.bytes(maxManifestBytes));
    });
  }

  putManifest(
    reference: Reference,
    manifest: { readonly mediaType: string; readonly bytes: Uint8Array },
    signal: AbortSignal,
  ): Promise<void> {
    return this.#http.run(reference, "pull,push", signal, async (session) => {
      const url = manifestUrl(session, reference);
      const headers = { "content-type": manifest.mediaType };
      const answer = await session.request({ method: "PUT", url, headers, body: manifest.bytes });
      if (answer.status !== 201)
        throw await errorOf(answer, `PUT ${url.pathname}`, this.#http.now());
      await answer.discard();
    });
  }

  headBlob(name: RepositoryName, digest: string, signal: AbortSignal): Promise<number | undefined> {
    return this.#http.run(name, "pull", signal, (session) => this.#headBlob(session, name, digest));
  }

  getBlob(name: RepositoryName, blob: Descriptor, signal: AbortSignal): Promise<Uint8Array> {
    const what = `blob ${blob.digest} of ${formatRepository(name)}`;
    return this.#http.run(name, "pull", signal, async (session) => {
      const url = apiUrl(session.origin, name, `blobs/${blob.digest}`);
      const answer = await session.request({ method: "GET", url });
      if (answer.status === 404) {
        await answer.discard();
        throw imageNotFound(what);
      }
      if (answer.status !== 200)
        throw await errorOf(answer, `GET ${url.pathname}`, this.#http.now());
      const verifier = new DigestVerifier(blob.digest);
      const chunks: Uint8Array[] = [];
      for await (const chunk of answer.chunks(blob.size)) {
        verifier.update(chunk);
        chunks.push(chunk);
      }
      const bytes = Buffer.concat(chunks);
      if (bytes.byteLength !== blob.size) {
        throw imageInvalid(
          `${what} has ${bytes.byteLength} bytes; its descriptor says ${blob.size}`,
        );
      }
      if (!verifier.matches()) throw imageInvalid(`${what} has other content than its digest says`);
      return bytes;
    });
  }

  putBlob(
    name: RepositoryName,
    digest: string,
    bytes: Uint8Array,
    signal: AbortSignal,
  ): Promise<void> {
    return this.#http.run(name, "pull,push", signal, async (session) => {
      const size = await this.#headBlob(session, name, digest);
      if (size === undefined) await blobUpload(session, name, digest, bytes, this.#http.now());
    });
  }

  listTags(name: RepositoryName, signal: AbortSignal): Promise<string[]> {
    return this.#http.run(name, "pull", signal, (session) =>
      allTags(session, name, this.#http.now()),
    );
  }

  async #headBlob(
    session: RepositorySession,
    name: RepositoryName,
    digest: string,
  ): Promise<number | undefined> {
    const url = apiUrl(session.origin, name, `blobs/${digest}`);
    const answer = await session.request({ method: "HEAD", url });
    await answer.discard();
    if (answer.status === 404) return undefined;
    if (answer.status !== 200)
      throw await errorOf(answer, `HEAD ${url.pathname}`, this.#http.now());
    return Number(answer.header("content-length") ?? 0);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#http[Symbol.asyncDispose]();
  }
}

function manifestUrl(session: RepositorySession, reference: Reference): URL {
  const name = reference.digest ?? reference.tag;
  if (name === undefined)
    throw imageNotFound(`${formatReference(reference)} without tag or digest`);
  return apiUrl(session.origin, reference, `manifests/${name}`);
}
