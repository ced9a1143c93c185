import type { FetchedManifest, ImageSource } from "../../oci/index.ts";
import type { Observer } from "../ports.ts";
import type { BlobStore } from "./blob-store.ts";

/**
 * Reads parts of images from the store, else from the registry, and keeps what came from there.
 * Content is found by digest alone: whose image it is, its metadata says, and the reader checks.
 */
export class KeptImages implements ImageSource {
  readonly #registry: ImageSource;
  readonly #store: BlobStore | undefined;
  readonly #observer: Observer;

  constructor(registry: ImageSource, store: BlobStore | undefined, observer: Observer) {
    this.#registry = registry;
    this.#store = store;
    this.#observer = observer;
  }

  async getManifest(
    ...[reference, signal]: Parameters<ImageSource["getManifest"]>
  ): Promise<FetchedManifest> {
    const { digest } = reference;
    if (digest === undefined) return await this.#registry.getManifest(reference, signal);
    const bytes = await this.#store?.read(digest);
    const mediaType = bytes && mediaTypeOf(bytes);
    if (bytes !== undefined && mediaType !== undefined) {
      this.#observer.read("disk");
      return { mediaType, digest, size: bytes.byteLength, bytes };
    }
    const fetched = await this.#registry.getManifest(reference, signal);
    this.#observer.read("registry");
    if (mediaTypeOf(fetched.bytes) === fetched.mediaType) {
      await this.#store?.write(digest, fetched.bytes);
    }
    return fetched;
  }

  async getBlob(...[name, blob, signal]: Parameters<ImageSource["getBlob"]>): Promise<Uint8Array> {
    const kept = await this.#store?.read(blob.digest);
    if (kept !== undefined && kept.byteLength === blob.size) return kept;
    const bytes = await this.#registry.getBlob(name, blob, signal);
    await this.#store?.write(blob.digest, bytes);
    return bytes;
  }
}

/** As the manifest itself says; a registry says it in a header, which is not kept. */
function mediaTypeOf(bytes: Uint8Array): string | undefined {
  try {
    const { mediaType } = JSON.parse(Buffer.from(bytes).toString("utf8")) as Record<
      string,
      unknown
    >;
    return typeof mediaType === "string" ? mediaType : undefined;
  } catch {
    return undefined;
  }
}
