import { type Project, projectPath, type Release } from "../api/index.ts";
import { formatRepository, type ReleaseContent, releaseRepository } from "../oci/index.ts";
import type { Manifest } from "../render/index.ts";
import type { ReconcilerDeps, Settings } from "./ports.ts";
import type { ReleaseSource } from "./release-source.ts";
import { byAge, indexValue } from "./resources.ts";

/** Registry prefix of a project's images: its own, or the controller's. */
export function registryOf(settings: Settings, project: Pick<Project, "spec"> | undefined): string {
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

/** All that goes into the image of a numbered Release. */
export function releaseContent(
  deps: Pick<ReconcilerDeps, "caches" | "settings">,
  release: Release,
  number: number,
  source: ReleaseSource,
  objects: readonly Manifest[],
): ReleaseContent {
  const { repository, project, commit, version, notes, trigger, artifacts } = release.spec;
  const index = indexValue(release.metadata.namespace, projectPath(repository, project));
  const [owner] = deps.caches.projects.byIndex("project", index).toSorted(byAge);
  return {
    registry: registryOf(deps.settings, owner),
    objects,
    release: { number, aliases: release.status?.aliases ?? [], version, notes, trigger },
    source: { repository, project, commit, url: release.spec.source.git?.url, ...source.commit },
    artifacts,
  };
}
