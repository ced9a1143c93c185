import { commitPattern } from "../../api/index.ts";
import { ConcurrencyLimit } from "../../concurrency/index.ts";
import type { Registry, ReleaseImages } from "../ports.ts";
import { parseReference, parseRepository } from "../reference.ts";
import { highestNumber } from "./highest-number.ts";
import { publishRelease } from "./publish.ts";
import { readReleaseImage } from "./read.ts";

/** Twice as many as there are connections to a registry: more would only hold memory. */
const publishedAtOnce = 16;

/** Release images in the registries that `registry` reaches. */
export function releaseImagesIn(registry: Registry): ReleaseImages {
  const limit = new ConcurrencyLimit(publishedAtOnce);
  return {
    publish: (release, signal, span) =>
      limit.run(() => publishRelease(registry, release, signal, span), signal),
    publishAgain: (release, digest, signal, span) =>
      limit.run(() => publishRelease(registry, release, signal, span, digest), signal),
    commits: async (repository, signal) => {
      const tags = await registry.listTags(parseRepository(repository), signal);
      return new Set(tags.filter((tag) => commitPattern.test(tag)));
    },
    has: async (reference, signal) =>
      (await registry.headManifest(parseReference(reference), signal)) !== undefined,
    read: async (reference, signal) =>
      await readReleaseImage(registry, parseReference(reference), signal),
    highestNumber: async (repository, signal, known) =>
      await highestNumber(registry, parseRepository(repository), signal, known),
  };
}
