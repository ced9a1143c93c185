/**
 * A pointer in, manifests out. What a pointer gives is decided by the pointer alone, since its
 * image is named by digest: so the answer is kept under the pointer, and a warm answer asks nobody.
 */
import type { KeyObject } from "node:crypto";
import {
  checkSignature,
  type ImageSource,
  parseReference,
  type ReleaseImage,
  readReleaseImage,
} from "../oci/index.ts";
import { allowedImage } from "./allowed-image.ts";
import type { BlobStore } from "./cache/blob-store.ts";
import { KeptImages } from "./cache/kept-images.ts";
import type { ManifestCache } from "./cache/manifest-cache.ts";
import { readEnvironmentConfig } from "./environment-config.ts";
import { withPatience } from "./patience.ts";
import { type Pointer, readPointer } from "./pointer.ts";
import { checkPointerPath } from "./pointer-path.ts";
import type { ApplicationFolder, Observer, Surroundings } from "./ports.ts";
import { stampedManifests } from "./stamped-manifests.ts";

export interface ManifestGeneratorDeps extends Surroundings {
  readonly registry: ImageSource;
  /** Registry prefixes that images may come from. */
  readonly allowedRegistries: readonly string[];
  /** Keys of which one must have signed an image; without any, none is asked for. */
  readonly signatureKeys: readonly KeyObject[];
  /** Templates of folders where pointers lie. */
  readonly pathTemplates: readonly string[];
  readonly cache: ManifestCache;
  /** Nothing is kept on disk without one. */
  readonly store?: BlobStore | undefined;
  readonly observer: Observer;
}

export class ManifestGenerator {
  readonly #deps: ManifestGeneratorDeps;
  readonly #images: ImageSource;

  constructor(deps: ManifestGeneratorDeps) {
    const { registry, store, observer } = deps;
    this.#deps = deps;
    this.#images = new KeptImages(registry, store, observer);
  }

  /**
   * Manifests in order of application, the EnvironmentConfig last, each one JSON or YAML document.
   * Registries are asked again until the signal is aborted.
   * @throws ForgeError PointerFileInvalid, EnvironmentFileInvalid, ImageNotAllowed, ImageNotFound,
   * ImageInvalid, ImageNotSigned, NoManifests, SourceTooLarge, Registry…
   */
  async generate(folder: ApplicationFolder, signal: AbortSignal): Promise<readonly string[]> {
    const pointer = readPointer(folder.pointer);
    checkPointerPath(pointer, folder.path, this.#deps.pathTemplates);
    const image = allowedImage(pointer, this.#deps.allowedRegistries);
    const config =
      folder.environmentConfig === undefined
        ? []
        : [readEnvironmentConfig(folder.environmentConfig)];
    return [...(await this.#manifestsOf(pointer, image, signal)), ...config];
  }

  async #manifestsOf(
    pointer: Pointer,
    image: string,
    signal: AbortSignal,
  ): Promise<readonly string[]> {
    const { cache, observer } = this.#deps;
    const { environment, repository, project, commit } = pointer;
    const key = JSON.stringify([environment, repository, project, commit, image]);
    const known = cache.get(key);
    if (known !== undefined) {
      observer.read("memory");
      return known;
    }
    const read = await withPatience(
      image,
      () => this.#read(pointer, image, signal),
      this.#deps,
      signal,
    );
    const manifests = stampedManifests(pointer, read);
    cache.set(key, manifests);
    observer.made(pointer);
    return manifests;
  }

  /** A signature is the registry's word of the day, and never taken from the disk. */
  async #read(pointer: Pointer, image: string, signal: AbortSignal): Promise<ReleaseImage> {
    const { registry, signatureKeys } = this.#deps;
    const reference = parseReference(image);
    if (signatureKeys.length > 0) {
      const signed = { ...reference, digest: pointer.image.digest };
      await checkSignature(registry, signed, signatureKeys, signal);
    }
    return await readReleaseImage(this.#images, reference, signal);
  }
}
