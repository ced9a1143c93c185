import type { ManifestDigests, Registry } from "../ports.ts";
import { parseReference } from "../reference.ts";

/** Digests in the registries that `registry` reaches. */
export function manifestDigestsIn(registry: Registry): ManifestDigests {
  return {
    find: async (reference, signal) =>
      (await registry.headManifest(parseReference(reference), signal))?.digest,
  };
}
