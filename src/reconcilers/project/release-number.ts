import { ForgeError, type Project, type Release } from "../../api/index.ts";
import { imageRepository } from "../image-name.ts";
import type { ReconcilerDeps } from "../ports.ts";
import { projectIndex } from "../resources.ts";

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

/**
 * The counters of projects, each held once in the life of a process against all that knows numbers:
 * one that is missing, or came back from a backup, must not give a number a second time.
 */
export class Counters {
  readonly #deps: Deps;
  /** By the Project's uid: the counter as it was seen last, and the highest number by all. */
  readonly #confirmed = new Map<string, { readonly counter: number; readonly highest: number }>();

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** The highest number that was given, below which none is free. */
  async highest(
    project: Project,
    siblings: readonly Release[],
    signal: AbortSignal,
  ): Promise<number> {
    const uid = project.metadata.uid ?? "";
    const counter = project.status?.lastRelease?.number ?? 0;
    const confirmed = this.#confirmed.get(uid);
    // One that fell came back from a backup beneath this process.
    const isCurrent = confirmed !== undefined && counter >= confirmed.counter;
    const known = isCurrent
      ? confirmed.highest
      : await recoverCounter(this.#deps, project, siblings, signal);
    const highest = Math.max(counter, known);
    this.#confirmed.set(uid, { counter, highest });
    return highest;
  }
}

/** The highest number that anything but the counter knows. */
async function recoverCounter(
  { caches, images, settings }: Deps,
  project: Project,
  siblings: readonly Release[],
  signal: AbortSignal,
): Promise<number> {
  const known = siblings.map(({ status }) => status?.number ?? 0);
  const pointers = caches.pointers
    .byIndex("project", projectIndex(project))
    .flatMap(({ status }) => [status?.deployed?.number ?? 0, status?.previous?.number ?? 0]);
  const recorded = caches.deployments
    .byIndex("project", projectIndex(project))
    .map(({ spec }) => spec.release.number);
  const packaged = siblings.filter(({ status }) => status?.image !== undefined);
  const commits = new Set(packaged.map(({ spec }) => spec.commit));
  const registry = await images.highestNumber(imageRepository(settings, project), signal, commits);
  return [registry, ...known, ...pointers, ...recorded].reduce((a, b) => Math.max(a, b), 0);
}
