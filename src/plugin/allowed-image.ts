import { ForgeError } from "../api/index.ts";
import { formatRepository, releaseRepository } from "../oci/index.ts";
import type { Pointer } from "./pointer.ts";

/**
 * The reference by digest of a pointer's image. Argo CD does not judge what a plugin reads, so the
 * image must be the one that forge itself would have made for the pointer's repository and project,
 * in a registry of the plugin's own list.
 * @param registries registry prefixes, such as registry.example.com/releases
 * @throws ForgeError ImageNotAllowed
 */
export function allowedImage(pointer: Pointer, registries: readonly string[]): string {
  const { repository, project, image } = pointer;
  const allowed = registries.map((registry) =>
    formatRepository(releaseRepository(registry, repository, project)),
  );
  if (!allowed.includes(image.repository)) {
    throw new ForgeError(
      "ImageNotAllowed",
      `spec.image.repository ${image.repository} is not allowed: it must be ${allowed.join(" or ")}`,
    );
  }
  return `${image.repository}@${image.digest}`;
}

/** Refuses what is no registry prefix. @throws ForgeError InvalidReference */
export function checkRegistryPrefix(prefix: string): void {
  releaseRepository(prefix, "repository", "project");
}
