export { checkRegistryPrefix } from "./allowed-image.ts";
export { pathVariable } from "./application-folder.ts";
export { BlobStore } from "./cache/blob-store.ts";
export { ManifestCache } from "./cache/manifest-cache.ts";
export {
  type AppStreamRequest,
  type ManifestResponse,
  type RequestMetadata,
} from "./grpc/messages.ts";
export { PluginServer } from "./grpc/plugin-server.ts";
export { pluginService } from "./grpc/service.ts";
export { ManifestGenerator } from "./manifest-generator.ts";
export { defaultPathTemplate } from "./pointer-path.ts";
export type { ContentOrigin, Observer } from "./ports.ts";
export { readFolder } from "./read-folder.ts";
export { requestLimit } from "./request-limit.ts";
export { stamp } from "./stamped-manifests.ts";
