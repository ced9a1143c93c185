import { commitPattern, ForgeError } from "../../api/index.ts";
import { mediaTypes } from "../media-types.ts";
import type { Registry } from "../ports.ts";
import { formatReference, type Reference, type RepositoryName } from "../reference.ts";
import { annotationKeys } from "./release-image.ts";
import { parseReleaseManifest } from "./release-manifest.ts";

const parallelReads = 8;

/**
 * The highest release number among the images of a repository, 0 when there is none. It reads the
 * manifest of every tag that is a commit, but for those that are known already.
 */
export async function highestNumber(
  registry: Registry,
  name: RepositoryName,
  signal: AbortSignal,
  known: ReadonlySet<string> = new Set(),
): Promise<number> {
  const tags = (await registry.listTags(name, signal)).filter(
    (tag) => commitPattern.test(tag) && !known.has(tag),
  );
  let highest = 0;
  const queue = tags.values();
  const worker = async (): Promise<void> => {
    for (const tag of queue) {
      const number = await numberOf(registry, { ...name, tag }, signal);
      highest = Math.max(highest, number);
    }
  };
  await Promise.all(Array.from({ length: parallelReads }, worker));
  return highest;
}

/** 0 for a tag that was deleted meanwhile, or holds something that is no release. */
async function numberOf(
  registry: Registry,
  reference: Reference,
  signal: AbortSignal,
): Promise<number> {
  try {
    const fetched = await registry.getManifest(reference, signal);
    if (fetched.mediaType !== mediaTypes.manifest) return 0;
    const { annotations } = parseReleaseManifest(fetched, formatReference(reference));
    const number = annotations[annotationKeys.number] ?? "";
    return /^[1-9][0-9]{0,14}$/.test(number) ? Number(number) : 0;
  } catch (error) {
    if (!(error instanceof ForgeError)) throw error;
    if (error.code === "ImageNotFound" || error.code === "ImageInvalid") return 0;
    throw error;
  }
}
