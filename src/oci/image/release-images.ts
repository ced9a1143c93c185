import type { Registry, ReleaseImages } from "../ports.ts";
import { parseReference, parseRepository } from "../reference.ts";
import { highestNumber } from "./highest-number.ts";
import { publishRelease } from "./publish.ts";
import { readReleaseImage } from "./read.ts";

/** Release images in the registries that `registry` reaches. */
export function releaseImagesIn(registry: Registry): ReleaseImages {
  return {
    publish: (release, signal) => publishRelease(registry, release, signal),
    read: async (reference, signal) =>
      await readReleaseImage(registry, parseReference(reference), signal),
    highestNumber: async (repository, signal) =>
      await highestNumber(registry, parseRepository(repository), signal),
  };
}
