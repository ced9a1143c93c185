export { credentialHelpers } from "./auth/credential-program.ts";
export { type Credentials, firstOf } from "./auth/credentials.ts";
export { credentialsFromDockerConfig } from "./auth/docker-config.ts";
export {
  canonicalName,
  canonicalPrefix,
  canonicalRepository,
  isWithinPrefix,
} from "./canonical.ts";
export { hasDigest, isDigest, sha256Of } from "./digest.ts";
export { type Attachment, attach, readAttachment } from "./image/attachment.ts";
export { gzip } from "./image/gzip.ts";
export { manifestDigestsIn } from "./image/manifest-digests.ts";
export type { ReleaseMetadata } from "./image/metadata.ts";
export { type ImageSource, readReleaseImage } from "./image/read.ts";
export type { Published, ReleaseContent, ReleaseImage } from "./image/release-image.ts";
export { releaseImagesIn } from "./image/release-images.ts";
export { checkSignature, type SignedImage } from "./image/signature.ts";
export { mediaTypes } from "./media-types.ts";
export type {
  FetchedManifest,
  ManifestDigests,
  Referrer,
  Registry,
  ReleaseImages,
} from "./ports.ts";
export { formatRepository, parseReference, releaseRepository } from "./reference.ts";
export { RegistryClient } from "./registry/registry-client.ts";
export { RegistryError } from "./registry/registry-error.ts";
export type { RegistryClientOptions } from "./registry/registry-http.ts";
export type { HostSettings } from "./registry/transport.ts";
