import { ForgeError, type Project, type Release } from "../api/index.ts";
import type { ReconcilerDeps } from "./ports.ts";
import { imageRepository } from "./release-content.ts";
import { projectIndex } from "./resources.ts";

type Deps = Pick<ReconcilerDeps, "caches" | "images" | "settings">;

/**
 * The number of an image of this release that was there before the Release. What stands under the
 * tag and is no image of it, or claims the number of another one, is for the packaging to refuse.
 *
 * @param siblings all Releases of the project
 */
export async function packagedNumber(
  { images, settings }: Deps,
  project: Project,
  { spec }: Release,
  siblings: readonly Release[],
  signal: AbortSignal,
): Promise<number | undefined> {
  try {
    const reference = `${imageRepository(settings, project)}:${spec.commit}`;
    const { metadata } = await images.read(reference, signal);
    const { number } = metadata.release;
    const isOurs = (["repository", "project", "commit"] as const).every(
      (field) => metadata.source[field] === spec[field],
    );
    const isHeld = siblings.some(
      (other) => other.status?.number === number && other.spec.commit !== spec.commit,
    );
    return isOurs && !isHeld ? number : undefined;
  } catch (error) {
    const absent = ["ImageNotFound", "ImageInvalid", "InvalidReference"];
    if (error instanceof ForgeError && absent.includes(error.code)) return undefined;
    throw error;
  }
}

/** Where a counter that is missing resumes: the highest number that anything still knows. */
export async function recoverCounter(
  { caches, images, settings }: Deps,
  project: Project,
  siblings: readonly Release[],
  signal: AbortSignal,
): Promise<number> {
  const known = siblings.map(({ status }) => status?.number ?? 0);
  const pointers = caches.pointers
    .byIndex("project", projectIndex(project))
    .flatMap(({ status }) => [status?.deployed?.number ?? 0, status?.previous?.number ?? 0]);
  const registry = await images.highestNumber(imageRepository(settings, project), signal);
  return [registry, ...known, ...pointers].reduce((a, b) => Math.max(a, b), 0);
}
