/**
 * The release image: an OCI manifest with an empty config and two layers, manifests as a
 * reproducible tar+gzip and the release's metadata as JSON. The same content gives the same
 * bytes. The chain of trust runs manifest digest → metadata digest → `resources.digest`, which is
 * that of the uncompressed tar, so that it outlives a change of compression.
 */
import {
  type Alias,
  type Artifact,
  canonicalJson,
  ForgeError,
  type Trigger,
} from "../../api/index.ts";
import type { Descriptor } from "../descriptor.ts";
import { sha256Of } from "../digest.ts";
import { mediaTypes } from "../media-types.ts";
import { entryName } from "./entry-name.ts";
import { gzip } from "./gzip.ts";
import { checkMetadata, maxMessageLength, type ReleaseMetadata } from "./metadata.ts";
import { inflatedLimit, writeTar } from "./tar.ts";

export interface ReleaseContent {
  /** Registry prefix, such as registry.example.com/releases. */
  readonly registry: string;
  /** In order of application. */
  readonly objects: readonly {
    readonly kind: string;
    readonly name: string;
    readonly yaml: string;
  }[];
  readonly release: {
    readonly number: number;
    readonly aliases: readonly Alias[];
    readonly version?: string | undefined;
    readonly notes?: string | undefined;
    readonly trigger: Trigger;
  };
  readonly source: {
    readonly repository: string;
    readonly project: string;
    /** Full commit id: the image's tag. */
    readonly commit: string;
    readonly author?: string | undefined;
    readonly message?: string | undefined;
    /** Time of the commit, RFC 3339. */
    readonly time?: string | undefined;
    readonly url?: string | undefined;
  };
  readonly artifacts: readonly Artifact[];
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A release image as it stands in the registry. */
export interface Published {
  /** `<registry>/<repository>/<project>:<commit>` */
  readonly ref: string;
  readonly digest: string;
  /** Of all its parts together, in bytes. */
  readonly size: number;
  readonly resourcesDigest: string;
  readonly metadataDigest: string;
  readonly number: number;
  /** Whether it was there already. */
  readonly adopted: boolean;
}

/** A release image that was read, every digest of it verified. */
export interface ReleaseImage extends Omit<Published, "number" | "adopted"> {
  readonly metadata: ReleaseMetadata;
  /** Time of the commit, as the manifest's annotation has it. */
  readonly created: string | undefined;
  /** One object a file, in order of application. */
  readonly files: readonly { readonly name: string; readonly yaml: string }[];
}

export interface PackedRelease {
  readonly manifest: {
    readonly mediaType: string;
    readonly digest: string;
    readonly bytes: Uint8Array;
  };
  /** What the manifest refers to: config, resources, metadata. */
  readonly blobs: readonly { readonly digest: string; readonly bytes: Uint8Array }[];
  readonly size: number;
  readonly resourcesDigest: string;
  readonly metadataDigest: string;
}

/** Annotations of the manifest, which registries show and list without reading a layer. */
export const annotationKeys = {
  number: "forge.dev/release-number",
  repository: "forge.dev/repository",
  project: "forge.dev/project",
} as const;

/** Pure. Throws InvalidObject or SourceTooLarge for what no reader would accept. */
export function pack(content: ReleaseContent): PackedRelease {
  const tar = writeTar(
    content.objects.map((object, index) => ({
      name: entryName(object, index, content.objects.length),
      content: Buffer.from(object.yaml, "utf8"),
    })),
  );
  const resourcesDigest = sha256Of(tar);
  const config = part(mediaTypes.emptyConfig, Buffer.from("{}"));
  const resources = part(mediaTypes.resources, gzip(tar));
  if (tar.byteLength > inflatedLimit(resources.descriptor.size)) {
    throw new ForgeError(
      "SourceTooLarge",
      `${tar.byteLength} bytes of manifests compress to ${resources.descriptor.size}, which readers take for a bomb`,
    );
  }
  const metadata = part(
    mediaTypes.metadata,
    Buffer.from(canonicalJson(metadataOf(content, resourcesDigest)), "utf8"),
  );
  const manifest = Buffer.from(
    canonicalJson({
      schemaVersion: 2,
      mediaType: mediaTypes.manifest,
      artifactType: mediaTypes.release,
      config: config.descriptor,
      layers: [resources.descriptor, metadata.descriptor],
      annotations: annotationsOf(content),
    }),
    "utf8",
  );
  const parts = [config, resources, metadata];
  return {
    manifest: { mediaType: mediaTypes.manifest, digest: sha256Of(manifest), bytes: manifest },
    blobs: parts.map(({ descriptor, bytes }) => ({ digest: descriptor.digest, bytes })),
    size: parts.reduce((sum, { descriptor }) => sum + descriptor.size, manifest.byteLength),
    resourcesDigest,
    metadataDigest: metadata.descriptor.digest,
  };
}

function part(mediaType: string, bytes: Uint8Array): { descriptor: Descriptor; bytes: Uint8Array } {
  return { descriptor: { mediaType, digest: sha256Of(bytes), size: bytes.byteLength }, bytes };
}

function metadataOf(content: ReleaseContent, resourcesDigest: string): ReleaseMetadata {
  const { release, source, artifacts, annotations, objects } = content;
  const kinds = new Map<string, number>();
  for (const { kind } of objects) kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
  const { repository, project, commit, author, message } = source;
  return checkMetadata(
    {
      release,
      source: { repository, project, commit, author, message: message?.slice(0, maxMessageLength) },
      artifacts,
      resources: {
        count: objects.length,
        kinds: Object.fromEntries(kinds),
        digest: resourcesDigest,
      },
      annotations: annotations ?? {},
    },
    (problem) => new ForgeError("InvalidObject", `release of ${repository}/${project}: ${problem}`),
  );
}

/** Keys of OCI image specification 1.1, annotations.md, and our own. */
function annotationsOf({ release, source }: ReleaseContent): Record<string, string | undefined> {
  return {
    "org.opencontainers.image.created": source.time && utc(source.time),
    "org.opencontainers.image.revision": source.commit,
    "org.opencontainers.image.version": release.version ?? String(release.number),
    "org.opencontainers.image.title": source.project,
    "org.opencontainers.image.source": source.url,
    [annotationKeys.number]: String(release.number),
    [annotationKeys.repository]: source.repository,
    [annotationKeys.project]: source.project,
  };
}

/** Whole seconds in UTC: one moment, one text. */
function utc(time: string): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) {
    throw new ForgeError(
      "InvalidObject",
      `source.time: "${time.slice(0, 50)}" is no RFC 3339 time`,
    );
  }
  return date.toISOString().replace(/\.[0-9]{3}Z$/, "Z");
}
