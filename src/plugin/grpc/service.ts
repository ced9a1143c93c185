import type { MethodDefinition, ServiceDefinition } from "@grpc/grpc-js";
import {
  type AppStreamRequest,
  decodeAppStreamRequest,
  decodeManifestResponse,
  decodePluginConfiguration,
  decodeRepositoryResponse,
  encodeAppStreamRequest,
  encodeManifestResponse,
  encodePluginConfiguration,
  encodeRepositoryResponse,
  type ManifestResponse,
  type PluginConfiguration,
  type RepositoryResponse,
} from "./messages.ts";

type Empty = Record<string, never>;

const nothing = Buffer.alloc(0);

function method<Request, Response>(
  name: string,
  definition: Omit<MethodDefinition<Request, Response>, "path" | "responseStream">,
): MethodDefinition<Request, Response> {
  const path = `/plugin.ConfigManagementPluginService/${name}`;
  return { path, responseStream: false, ...definition };
}

const appStream = {
  requestStream: true,
  requestSerialize: encodeAppStreamRequest,
  requestDeserialize: decodeAppStreamRequest,
} as const;

/** Argo CD's ConfigManagementPluginService, for a server and for clients of it alike. */
export const pluginService = {
  checkPluginConfiguration: method<Empty, PluginConfiguration>("CheckPluginConfiguration", {
    requestStream: false,
    requestSerialize: () => nothing,
    requestDeserialize: () => ({}),
    responseSerialize: encodePluginConfiguration,
    responseDeserialize: decodePluginConfiguration,
  }),
  matchRepository: method<AppStreamRequest, RepositoryResponse>("MatchRepository", {
    ...appStream,
    responseSerialize: encodeRepositoryResponse,
    responseDeserialize: decodeRepositoryResponse,
  }),
  generateManifest: method<AppStreamRequest, ManifestResponse>("GenerateManifest", {
    ...appStream,
    responseSerialize: encodeManifestResponse,
    responseDeserialize: decodeManifestResponse,
  }),
  getParametersAnnouncement: method<AppStreamRequest, Empty>("GetParametersAnnouncement", {
    ...appStream,
    responseSerialize: () => nothing,
    responseDeserialize: () => ({}),
  }),
} as const satisfies ServiceDefinition;
