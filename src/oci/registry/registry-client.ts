import type { Descriptor } from "../descriptor.ts";
import { imageNotFound } from "../image-errors.ts";
import type { BlobOptions, FetchedManifest, Referrer, Registry } from "../ports.ts";
import { checkTag, formatRepository, type Reference, type RepositoryName } from "../reference.ts";
import { downloadBlob } from "./blob-download.ts";
import { BlobUpload } from "./blob-upload.ts";
import { CapabilityMemory } from "./capabilities.ts";
import {
  getManifest,
  headManifest,
  type NewManifest,
  putManifest,
  putTaggedManifest,
} from "./manifests.ts";
import { apiUrl } from "./origin.ts";
import { addToReferrerTag } from "./referrer-tag.ts";
import { listByApi, listReferrers } from "./referrers.ts";
import { errorOf } from "./registry-error.ts";
import {
  pull,
  push,
  type RegistryClientOptions,
  RegistryHttp,
  type RepositorySession,
} from "./registry-http.ts";
import { allTags } from "./tag-list.ts";
import { Turns } from "./turns.ts";

const defaultChunkBytes = 8 * 1024 * 1024;
/** For telling a registry that an upload is given up, after the caller's own signal has ended. */
const cancelTimeoutMs = 5_000;

/** A client of the OCI distribution API 1.1. Close it with `await using`, or Symbol.asyncDispose. */
export class RegistryClient implements Registry, AsyncDisposable {
  readonly #http: RegistryHttp;
  readonly #chunkBytes: number;
  readonly #capabilities = new CapabilityMemory();
  /** Of those who write one referrers tag: most registries would lose what they write at once. */
  readonly #turns = new Turns();

  constructor(options: RegistryClientOptions) {
    this.#http = new RegistryHttp(options);
    this.#chunkBytes = options.uploadChunkBytes ?? defaultChunkBytes;
  }

  ping(host: string, signal: AbortSignal): Promise<void> {
    return this.#http.runAt(host, signal, async (session) => {
      const url = new URL("/v2/", session.origin);
      const answer = await session.request({ method: "GET", url });
      if (answer.status !== 200) throw await errorOf(answer, "GET /v2/", session.now());
      await answer.discard();
    });
  }

  async headManifest(reference: Reference, signal: AbortSignal): Promise<Descriptor | undefined> {
    return await this.#http.run(reference, pull, signal, (session) =>
      headManifest(session, reference),
    );
  }

  getManifest(reference: Reference, signal: AbortSignal): Promise<FetchedManifest> {
    return this.#http.run(reference, pull, signal, (session) => getManifest(session, reference));
  }

  async putManifest(
    reference: Reference,
    manifest: NewManifest,
    signal: AbortSignal,
  ): Promise<void> {
    await this.#http.run(reference, push, signal, (session) =>
      putManifest(session, reference, manifest),
    );
  }

  async putTaggedManifest(
    name: RepositoryName,
    manifest: NewManifest,
    tags: readonly string[],
    signal: AbortSignal,
  ): Promise<void> {
    for (const tag of tags) checkTag(tag);
    await this.#http.run(name, push, signal, (session) =>
      putTaggedManifest(session, name, manifest, tags),
    );
  }

  async putReferrer(
    name: RepositoryName,
    subject: Descriptor,
    referrer: Referrer & { readonly bytes: Uint8Array },
    signal: AbortSignal,
  ): Promise<void> {
    const wanted = { name, digest: subject.digest };
    const { bytes, ...entry } = referrer;
    await this.#http.run(name, push, signal, async (session) => {
      const reference = { ...name, digest: referrer.digest };
      const taken = await putManifest(session, reference, { mediaType: entry.mediaType, bytes });
      const able = this.#capabilities.of(session.origin);
      able.referrers ??= (await listByApi(session, wanted)) !== undefined;
      // Amazon's registry says that it has taken the subject, and has no API to list it by.
      if (able.referrers && taken.subject === subject.digest) return;
      await this.#turns.take(`${formatRepository(name)}@${subject.digest}`, () =>
        addToReferrerTag(session, wanted, entry, this.#http.retryDeps, signal),
      );
    });
  }

  listReferrers(
    subject: RepositoryName & { readonly digest: string },
    artifactType: string | undefined,
    signal: AbortSignal,
  ): Promise<Referrer[]> {
    const { digest } = subject;
    return this.#http.run(subject, pull, signal, (session) =>
      listReferrers(session, this.#capabilities.of(session.origin), {
        name: subject,
        digest,
        artifactType,
      }),
    );
  }

  headBlob(name: RepositoryName, digest: string, signal: AbortSignal): Promise<number | undefined> {
    return this.#http.run(name, pull, signal, (session) => headBlob(session, name, digest));
  }

  streamBlob(
    name: RepositoryName,
    blob: Descriptor,
    signal: AbortSignal,
  ): AsyncIterable<Uint8Array> {
    return downloadBlob(this.#http, name, blob, signal);
  }

  async getBlob(name: RepositoryName, blob: Descriptor, signal: AbortSignal): Promise<Uint8Array> {
    const chunks: Uint8Array[] = [];
    for await (const chunk of this.streamBlob(name, blob, signal)) chunks.push(chunk);
    return Buffer.concat(chunks);
  }

  async putBlob(
    name: RepositoryName,
    digest: string,
    bytes: Uint8Array,
    signal: AbortSignal,
    options: BlobOptions = {},
  ): Promise<void> {
    const { mountFrom } = options;
    const access = { ...push, mountFrom };
    const upload = new BlobUpload(
      name,
      { digest, bytes },
      { mountFrom, chunkBytes: this.#chunkBytes },
    );
    try {
      await this.#http.run(name, access, signal, async (session) => {
        const size = await headBlob(session, name, digest);
        if (size === undefined)
          await upload.attempt(session, this.#capabilities.of(session.origin));
      });
    } finally {
      await upload.cancel(this.#http.session(name, push, AbortSignal.timeout(cancelTimeoutMs)));
    }
  }

  async checkPush(name: RepositoryName, signal: AbortSignal): Promise<void> {
    const blob = { digest: "", bytes: new Uint8Array() };
    const upload = new BlobUpload(name, blob, { chunkBytes: this.#chunkBytes });
    try {
      await this.#http.run(name, push, signal, (session) => upload.open(session));
    } finally {
      await upload.cancel(this.#http.session(name, push, AbortSignal.timeout(cancelTimeoutMs)));
    }
  }

  listTags(name: RepositoryName, signal: AbortSignal): Promise<string[]> {
    return this.#http.run(name, pull, signal, (session) => allTags(session, name));
  }

  deleteManifest(reference: Reference, signal: AbortSignal): Promise<boolean> {
    const part = reference.digest ?? reference.tag;
    if (part === undefined) throw imageNotFound("a reference without tag or digest");
    return this.#delete(reference, `manifests/${part}`, signal);
  }

  deleteBlob(name: RepositoryName, digest: string, signal: AbortSignal): Promise<boolean> {
    return this.#delete(name, `blobs/${digest}`, signal);
  }

  /** 405 stays an error: the registry does not delete, and what was asked for was not done. */
  #delete(name: RepositoryName, rest: string, signal: AbortSignal): Promise<boolean> {
    const access = { actions: ["pull", "delete"] } as const;
    return this.#http.run(name, access, signal, async (session) => {
      const url = apiUrl(session.origin, name, rest);
      const answer = await session.request({ method: "DELETE", url });
      if (![200, 202, 204, 404].includes(answer.status)) {
        throw await errorOf(answer, `DELETE ${url.pathname}`, session.now());
      }
      await answer.discard();
      return answer.status !== 404;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#http[Symbol.asyncDispose]();
  }
}

async function headBlob(
  session: RepositorySession,
  name: RepositoryName,
  digest: string,
): Promise<number | undefined> {
  const url = apiUrl(session.origin, name, `blobs/${digest}`);
  const answer = await session.request({ method: "HEAD", url });
  await answer.discard();
  if (answer.status === 404) return undefined;
  if (answer.status !== 200) throw await errorOf(answer, `HEAD ${url.pathname}`, session.now());
  return Number(answer.header("content-length") ?? 0);
}
