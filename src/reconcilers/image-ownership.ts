/**
 * Decides to which namespace an image belongs. Image names carry no namespace, and prefix, repository
 * and project may divide one name in several ways: so the resulting name is compared. It belongs to the
 * namespace of the oldest Release that was packaged under it; before there is one, to that of the oldest
 * Project that may be. Below the controller's prefix it goes where the source repository of its path
 * belongs.
 */
import { byAge, ForgeError, type Project } from "../api/index.ts";
import { canonicalPrefix, canonicalRepository, releaseRepository } from "../oci/index.ts";
import { registryOf } from "./image-name.ts";
import type { ReconcilerDeps } from "./ports.ts";
import { isWithin, prefixesOfProject } from "./registry-prefixes.ts";
import { holderOfPath, isRepositoryTaken } from "./repository-ownership.ts";
import { imageEnd } from "./resources.ts";

export type OwnershipDeps = Pick<ReconcilerDeps, "caches" | "settings">;

/** All of a Project that decides where its images go. */
export interface ImageClaim extends Pick<Project, "status"> {
  readonly metadata: { readonly namespace: string };
  readonly spec: Pick<Project["spec"], "repository" | "name" | "registry">;
}

/** Canonical name of a project's image; undefined where its parts make none. */
export function imageOf(
  { settings }: Pick<OwnershipDeps, "settings">,
  project: Pick<ImageClaim, "spec">,
): string | undefined {
  const { repository, name } = project.spec;
  try {
    return canonicalRepository(releaseRepository(registryOf(settings, project), repository, name));
  } catch (error) {
    // Packaging says what is wrong with it.
    if (error instanceof ForgeError && error.code === "InvalidReference") return undefined;
    throw error;
  }
}

/** The Project to whose source repository a path below the controller's prefix belongs. */
export function ownerByRepository(deps: OwnershipDeps, image: string): Project | undefined {
  const prefix = ownPrefix(deps);
  if (prefix === undefined || !image.startsWith(`${prefix}/`)) return undefined;
  return holderOfPath(deps, image.slice(prefix.length + 1));
}

export function ownPrefix({ settings }: Pick<OwnershipDeps, "settings">): string | undefined {
  return canonicalPrefix(settings.registry);
}

/** Whether an image belongs to another namespace. */
export function isOfAnother(deps: OwnershipDeps, namespace: string, image: string): boolean {
  const isForeign = ({ metadata }: Owned) => metadata.namespace !== namespace;
  const releases: readonly Owned[] = deps.caches.releases.byIndex("image", image);
  if (releases.length > 0) {
    // Nearly always all of them are the namespace's own.
    if (!releases.some(isForeign)) return false;
    const first = oldest(releases);
    return first !== undefined && isForeign(first);
  }
  const first = oldest(claimsTo(deps, image));
  return first !== undefined && isForeign(first);
}

/**
 * Why a project's image must not be written: it is another namespace's, or in no registry that the
 * installation lets this namespace write to.
 */
export function imageRefusal(deps: OwnershipDeps, project: ImageClaim): ForgeError | undefined {
  const image = imageOf(deps, project);
  if (image === undefined) return undefined;
  if (!isWithin(image, prefixesOfProject(deps.settings, project))) {
    return new ForgeError(
      "RegistryNotAllowed",
      `namespaces like this one do not write to ${image}`,
    );
  }
  const { namespace } = project.metadata;
  // The other namespace is not named: it is not for this tenant to know.
  return isRepositoryTaken(deps, namespace, project.spec.repository) ||
    isOnPathOfAnother(deps, namespace, image) ||
    isOfAnother(deps, namespace, image)
    ? new ForgeError(
        "RegistryTaken",
        `${image} belongs to another namespace, which released it first`,
      )
    : undefined;
}

/** Projects of other namespaces that may lose or gain an image when one changes. */
export function rivalsOf({ caches }: Pick<OwnershipDeps, "caches">, project: Project): Project[] {
  const { repository, name } = project.spec;
  return caches.projects
    .byIndex("image", imageEnd(`${repository}/${name}`))
    .filter(({ metadata }) => metadata.namespace !== project.metadata.namespace);
}

/** Projects whose releases would go there, and may. */
function claimsTo(deps: OwnershipDeps, image: string): readonly Project[] {
  return deps.caches.projects
    .byIndex("image", imageEnd(image))
    .filter(
      (project) =>
        imageOf(deps, project) === image &&
        isWithin(image, prefixesOfProject(deps.settings, project)) &&
        !isRepositoryTaken(deps, project.metadata.namespace, project.spec.repository) &&
        !isOnPathOfAnother(deps, project.metadata.namespace, image),
    );
}

/**
 * Whether an image lies in another namespace's repository, by the registry that its Project names.
 * An older Project goes on with an image that it released there: it was first.
 */
function isOnPathOfAnother(deps: OwnershipDeps, namespace: string, image: string): boolean {
  const owner = ownerByRepository(deps, image);
  if (owner === undefined || owner.metadata.namespace === namespace) return false;
  const isOwn = ({ metadata }: Owned) => metadata.namespace === namespace;
  const wasFirst = deps.caches.projects
    .byIndex("image", imageEnd(image))
    .some(
      (project) => isOwn(project) && byAge(project, owner) < 0 && imageOf(deps, project) === image,
    );
  return !(wasFirst && deps.caches.releases.byIndex("image", image).some(isOwn));
}

interface Owned {
  readonly metadata: Project["metadata"];
}

function oldest<T extends Owned>(objects: readonly T[]): T | undefined {
  const [first, ...others] = objects;
  return others.reduce((found, other) => (found && byAge(other, found) < 0 ? other : found), first);
}
