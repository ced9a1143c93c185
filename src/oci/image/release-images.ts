import type { Registry, ReleaseImages } from "../ports.ts";
import { parseReference, parseRepository } from "../reference.ts";
import { highestNumber } from "./highest-number.ts";
import { publishRelease } from "./publish.ts";
import { readReleaseImage } from "./read.ts";
import { Slots } from "./slots.ts";

/** Twice as many as there are connections to a registry: more would only hold memory. */
const publishedAtOnce = 16;

/** Release images in the registries that `registry` reaches. */
export function releaseImagesIn(registry: Registry): ReleaseImages {
  const slots = new Slots(publishedAtOnce);
  return {
    publish: (release, signal) =>
      slots.run(() => publishRelease(registry, release, signal), signal),
    read: async (reference, signal) =>
      await readReleaseImage(registry, parseReference(reference), signal),
    highestNumber: async (repository, signal) =>
      await highestNumber(registry, parseRepository(repository), signal),
  };
}
