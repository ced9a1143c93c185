import type { Project } from "../api/index.ts";
import { formatRepository, releaseRepository } from "../oci/index.ts";
import type { Settings } from "./ports.ts";

/** Registry prefix of a project's images: its own, or the controller's. */
export function registryOf(
  settings: Settings,
  project: { readonly spec: Pick<Project["spec"], "registry"> } | undefined,
): string {
  return project?.spec.registry ?? settings.registry;
}

/**
 * Image name of a project: `<registry>/<repository>/<project>`.
 * @throws ForgeError InvalidReference
 */
export function imageRepository(settings: Settings, project: Pick<Project, "spec">): string {
  const { repository, name } = project.spec;
  return formatRepository(releaseRepository(registryOf(settings, project), repository, name));
}

/** The image name of a release's reference: without its tag, the full commit, which has no colon. */
export function repositoryOf(ref: string): string {
  return ref.slice(0, ref.lastIndexOf(":"));
}
