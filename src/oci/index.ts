export { type Credentials, credentialsFromDockerConfig } from "./auth/credentials.ts";
export type { ReleaseMetadata } from "./image/metadata.ts";
export type { Published, ReleaseContent, ReleaseImage } from "./image/release-image.ts";
export { releaseImagesIn } from "./image/release-images.ts";
export type { Registry, ReleaseImages } from "./ports.ts";
export { formatRepository, parseReference, releaseRepository } from "./reference.ts";
export { RegistryClient } from "./registry/registry-client.ts";
export type { RegistryClientOptions } from "./registry/registry-http.ts";
