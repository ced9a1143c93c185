import { messageOf, projectPath } from "../../../src/api/index.ts";
import { imageFacts } from "../../../src/ledger/index.ts";
import { type Registry, readReleaseImage, releaseRepository } from "../../../src/oci/index.ts";
import type { Append, ProjectPlace } from "./ports.ts";

/** A release's tag is its commit. */
const commitPattern = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

export interface ImageParts {
  readonly registry: Pick<Registry, "listTags" | "getManifest" | "getBlob">;
  /** The controller's; undefined: only projects that name their own are read. */
  readonly prefix: string | undefined;
  readonly append: Append;
  readonly say: (line: string) => void;
}

/** Records which releases the registries hold. What is no release, or is damaged, is left out. */
export async function recordImages(
  { registry, prefix, append, say }: ImageParts,
  places: readonly ProjectPlace[],
  signal: AbortSignal,
): Promise<{ readonly failures: number }> {
  let failures = 0;
  for (const { namespace, repository, project, registry: own } of places) {
    const base = own ?? prefix;
    if (base === undefined) continue;
    const path = projectPath(repository, project);
    try {
      const name = releaseRepository(base, repository, project);
      const tags = (await registry.listTags(name, signal)).filter((tag) => commitPattern.test(tag));
      let count = 0;
      for (const tag of tags) {
        try {
          const { ref, digest, metadata } = await readReleaseImage(
            registry,
            { ...name, tag },
            signal,
          );
          const { release, source } = metadata;
          count += await append(imageFacts(namespace, { ref, digest, release, source }));
        } catch (error) {
          signal.throwIfAborted();
          failures += 1;
          say(`${path} ${tag.slice(0, 12)} is left out: ${messageOf(error)}`);
        }
      }
      if (tags.length > 0) say(`${count} entries from ${tags.length} images of ${path}`);
    } catch (error) {
      signal.throwIfAborted();
      failures += 1;
      say(`images of ${path} are left out: ${messageOf(error)}`);
    }
  }
  return { failures };
}
