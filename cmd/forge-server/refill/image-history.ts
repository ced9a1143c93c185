import { messageOf, projectPath } from "../../../src/api/index.ts";
import { imageFacts } from "../../../src/ledger/index.ts";
import { formatRepository, type ReleaseImages, releaseRepository } from "../../../src/oci/index.ts";
import type { Append, ProjectPlace } from "./ports.ts";

export interface ImageParts {
  readonly images: Pick<ReleaseImages, "commits" | "read">;
  /** The controller's; undefined: only projects that name their own are read. */
  readonly prefix: string | undefined;
  readonly append: Append;
  readonly say: (line: string) => void;
}

/** Records which releases the registries hold. What is no release, or is damaged, is left out. */
export async function recordImages(
  { images, prefix, append, say }: ImageParts,
  places: readonly ProjectPlace[],
  signal: AbortSignal,
): Promise<{ readonly failures: number }> {
  let failures = 0;
  for (const { namespace, repository, project, registry: own } of places) {
    const base = own ?? prefix;
    if (base === undefined) continue;
    const path = projectPath(repository, project);
    try {
      const name = formatRepository(releaseRepository(base, repository, project));
      const commits = await images.commits(name, signal);
      let count = 0;
      for (const commit of commits) {
        try {
          const { ref, digest, metadata } = await images.read(`${name}:${commit}`, signal);
          const { release, source } = metadata;
          count += await append(imageFacts(namespace, { ref, digest, release, source }));
        } catch (error) {
          signal.throwIfAborted();
          failures += 1;
          say(`${path} ${commit.slice(0, 12)} is left out: ${messageOf(error)}`);
        }
      }
      if (commits.size > 0) say(`${count} entries from ${commits.size} images of ${path}`);
    } catch (error) {
      signal.throwIfAborted();
      failures += 1;
      say(`images of ${path} are left out: ${messageOf(error)}`);
    }
  }
  return { failures };
}
