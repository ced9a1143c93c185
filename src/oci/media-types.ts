/** Media types of a release image and of what registries answer. */
export const mediaTypes = {
  manifest: "application/vnd.oci.image.manifest.v1+json",
  index: "application/vnd.oci.image.index.v1+json",
  dockerManifest: "application/vnd.docker.distribution.manifest.v2+json",
  dockerIndex: "application/vnd.docker.distribution.manifest.list.v2+json",
  emptyConfig: "application/vnd.oci.empty.v1+json",
  release: "application/vnd.forge.release.v1",
  resources: "application/vnd.oci.image.layer.v1.tar+gzip",
  metadata: "application/vnd.forge.release.metadata.v1+json",
} as const;
