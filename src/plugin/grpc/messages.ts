/**
 * The messages of Argo CD's ConfigManagementPluginService (plugin.proto of its repository), as
 * Protocol Buffers write them. There are five small ones, and a compiler for them would take longer
 * to start than all of this program.
 */
import { ProtobufReader, ProtobufWriter } from "./protobuf.ts";

export interface RequestMetadata {
  readonly appName: string;
  /** Of the Application's folder in the archive. */
  readonly appRelPath: string;
  /** SHA-256 of the archive, in hexadecimal. */
  readonly checksum: string;
  /** Of the archive, in bytes. */
  readonly size: number;
  readonly environment: ReadonlyMap<string, string>;
}

/** One of the two. */
export interface AppStreamRequest {
  readonly metadata?: RequestMetadata;
  readonly chunk?: Uint8Array;
}

export interface ManifestResponse {
  readonly manifests: readonly string[];
}

export interface PluginConfiguration {
  readonly isDiscoveryConfigured: boolean;
  readonly provideGitCreds: boolean;
}

export interface RepositoryResponse {
  readonly isSupported: boolean;
  readonly isDiscoveryEnabled: boolean;
}

export function decodeAppStreamRequest(bytes: Uint8Array): AppStreamRequest {
  let request: AppStreamRequest = {};
  for (const [number, value] of new ProtobufReader(bytes).fields()) {
    if (number === 1) request = { metadata: decodeMetadata(value.bytes()) };
    if (number === 2) request = { chunk: bytesAt(value.bytes(), 1) };
  }
  return request;
}

export function encodeAppStreamRequest({ metadata, chunk }: AppStreamRequest): Buffer {
  const writer = new ProtobufWriter();
  if (metadata !== undefined) writer.bytes(1, encodeMetadata(metadata));
  if (chunk !== undefined) writer.bytes(2, new ProtobufWriter().bytes(1, chunk).finish());
  return writer.finish();
}

function decodeMetadata(bytes: Uint8Array): RequestMetadata {
  const environment = new Map<string, string>();
  let [appName, appRelPath, checksum, size] = ["", "", "", 0];
  for (const [number, value] of new ProtobufReader(bytes).fields()) {
    if (number === 1) appName = value.text();
    if (number === 2) appRelPath = value.text();
    if (number === 3) checksum = value.text();
    if (number === 4) size = value.integer();
    if (number === 5) {
      const entry = value.bytes();
      environment.set(textAt(entry, 1), textAt(entry, 2));
    }
  }
  return { appName, appRelPath, checksum, size, environment };
}

function encodeMetadata(metadata: RequestMetadata): Buffer {
  const writer = new ProtobufWriter()
    .text(1, metadata.appName)
    .text(2, metadata.appRelPath)
    .text(3, metadata.checksum)
    .integer(4, metadata.size);
  for (const [name, value] of metadata.environment) {
    writer.bytes(5, new ProtobufWriter().text(1, name).text(2, value).finish());
  }
  return writer.finish();
}

export function encodeManifestResponse({ manifests }: ManifestResponse): Buffer {
  const writer = new ProtobufWriter();
  for (const manifest of manifests) writer.text(1, manifest);
  return writer.finish();
}

export function decodeManifestResponse(bytes: Uint8Array): ManifestResponse {
  const manifests: string[] = [];
  for (const [number, value] of new ProtobufReader(bytes).fields()) {
    if (number === 1) manifests.push(value.text());
  }
  return { manifests };
}

export function encodePluginConfiguration(configuration: PluginConfiguration): Buffer {
  return new ProtobufWriter()
    .boolean(1, configuration.isDiscoveryConfigured)
    .boolean(2, configuration.provideGitCreds)
    .finish();
}

export function decodePluginConfiguration(bytes: Uint8Array): PluginConfiguration {
  return { isDiscoveryConfigured: booleanAt(bytes, 1), provideGitCreds: booleanAt(bytes, 2) };
}

export function encodeRepositoryResponse(response: RepositoryResponse): Buffer {
  return new ProtobufWriter()
    .boolean(1, response.isSupported)
    .boolean(2, response.isDiscoveryEnabled)
    .finish();
}

export function decodeRepositoryResponse(bytes: Uint8Array): RepositoryResponse {
  return { isSupported: booleanAt(bytes, 1), isDiscoveryEnabled: booleanAt(bytes, 2) };
}

function bytesAt(message: Uint8Array, wanted: number): Uint8Array {
  let found: Uint8Array = new Uint8Array();
  for (const [number, value] of new ProtobufReader(message).fields()) {
    if (number === wanted) found = value.bytes();
  }
  return found;
}

function textAt(message: Uint8Array, wanted: number): string {
  return Buffer.from(bytesAt(message, wanted)).toString("utf8");
}

function booleanAt(message: Uint8Array, wanted: number): boolean {
  let found = false;
  for (const [number, value] of new ProtobufReader(message).fields()) {
    if (number === wanted) found = value.integer() !== 0;
  }
  return found;
}
