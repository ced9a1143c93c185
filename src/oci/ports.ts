import type { Span } from "../telemetry/index.ts";
import type { Descriptor } from "./descriptor.ts";
import type { Published, ReleaseContent, ReleaseImage } from "./image/release-image.ts";
import type { Reference, RepositoryName } from "./reference.ts";

/** A manifest as the registry holds it: its digest is the digest of exactly these bytes. */
export interface FetchedManifest extends Descriptor {
  readonly bytes: Uint8Array;
}

/** A manifest that refers to another, as lists of them carry it. */
export interface Referrer extends Descriptor {
  readonly artifactType?: string | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

export interface BlobOptions {
  /** Path of a repository of the same registry that may hold the blob: nothing is sent then. */
  readonly mountFrom?: string | undefined;
}

/**
 * A registry as image code needs it. Every method verifies what it reads, retries what may be
 * repeated, and throws ForgeError RegistryUnreachable, RegistryUnauthorized or RegistryRefused.
 */
export interface Registry {
  /** Resolves when a registry is there and lets us in. */
  ping(host: string, signal: AbortSignal): Promise<void>;
  /** undefined when there is no such manifest. */
  headManifest(reference: Reference, signal: AbortSignal): Promise<Descriptor | undefined>;
  /** Throws ImageNotFound, or ImageInvalid when the bytes are not what was asked for. */
  getManifest(reference: Reference, signal: AbortSignal): Promise<FetchedManifest>;
  /** Stores exactly these bytes under the reference's tag, or its digest. */
  putManifest(
    reference: Reference,
    manifest: { readonly mediaType: string; readonly bytes: Uint8Array },
    signal: AbortSignal,
  ): Promise<void>;
  /** Stores exactly these bytes under their digest and each tag, in one request where that can be. */
  putTaggedManifest(
    name: RepositoryName,
    manifest: { readonly mediaType: string; readonly bytes: Uint8Array },
    tags: readonly string[],
    signal: AbortSignal,
  ): Promise<void>;
  /** Stores a manifest whose `subject` is `subject`, so that it is listed among its referrers. */
  putReferrer(
    name: RepositoryName,
    subject: Descriptor,
    referrer: Referrer & { readonly bytes: Uint8Array },
    signal: AbortSignal,
  ): Promise<void>;
  /** All that refer to a manifest; those of one type, if it is given. */
  listReferrers(
    subject: RepositoryName & { readonly digest: string },
    artifactType: string | undefined,
    signal: AbortSignal,
  ): Promise<Referrer[]>;
  /** Size in bytes; undefined when there is no such blob. */
  headBlob(name: RepositoryName, digest: string, signal: AbortSignal): Promise<number | undefined>;
  /** Reads no more than the descriptor's size. Throws ImageNotFound or ImageInvalid. */
  getBlob(name: RepositoryName, blob: Descriptor, signal: AbortSignal): Promise<Uint8Array>;
  /** The same in pieces: it throws before the last one when the whole is not what it should be. */
  streamBlob(
    name: RepositoryName,
    blob: Descriptor,
    signal: AbortSignal,
  ): AsyncIterable<Uint8Array>;
  /** Does nothing when the registry holds the blob already. */
  putBlob(
    name: RepositoryName,
    digest: string,
    bytes: Uint8Array,
    signal: AbortSignal,
    options?: BlobOptions,
  ): Promise<void>;
  /** Resolves when the registry lets us begin an upload, which is cancelled at once: nothing is left. */
  checkPush(name: RepositoryName, signal: AbortSignal): Promise<void>;
  /** Every tag; none when the repository does not exist. */
  listTags(name: RepositoryName, signal: AbortSignal): Promise<string[]>;
  /** By tag or digest; false when there was none. */
  deleteManifest(reference: Reference, signal: AbortSignal): Promise<boolean>;
  deleteBlob(name: RepositoryName, digest: string, signal: AbortSignal): Promise<boolean>;
}

/** Release images as reconcilers use them. */
export interface ReleaseImages {
  /** Safe to repeat after a kill at any point. Throws ImageTaken, InvalidReference. */
  publish(release: ReleaseContent, signal: AbortSignal, span?: Span): Promise<Published>;
  /**
   * The same for an image that was lost: it must come out as it was. Throws ImageChanged, and has
   * written nothing, where it does not.
   */
  publishAgain(
    release: ReleaseContent,
    digest: string,
    signal: AbortSignal,
    span?: Span,
  ): Promise<Published>;
  /** `reference` by digest or tag. Throws ImageNotFound, ImageInvalid, InvalidReference. */
  read(reference: string, signal: AbortSignal): Promise<ReleaseImage>;
  /** Every tag of a repository that is a commit; none when there is no such repository. */
  commits(repository: string, signal: AbortSignal): Promise<ReadonlySet<string>>;
  /** Whether the registry has `reference`, by digest or tag. */
  has(reference: string, signal: AbortSignal): Promise<boolean>;
  /**
   * Highest release number in `<registry>/<repository>/<project>`; 0 when there is none.
   * @param known commits whose number need not be asked for
   */
  highestNumber(
    repository: string,
    signal: AbortSignal,
    known?: ReadonlySet<string>,
  ): Promise<number>;
}

/** What others pushed, by digest. */
export interface ManifestDigests {
  /** `reference` by tag or digest; undefined when there is no such manifest. Throws InvalidReference. */
  find(reference: string, signal: AbortSignal): Promise<string | undefined>;
}
