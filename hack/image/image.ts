/** An image of one platform, and the index over several (OCI image specification 1.1). */
import { canonicalJson } from "../../src/api/index.ts";
import { mediaTypes } from "../../src/oci/index.ts";
import { user } from "./content.ts";
import { type Blob, blobOf, type Layer } from "./layer.ts";
import type { Platform } from "./platforms.ts";

/** What is built, and from what. */
export interface Origin {
  readonly version: string;
  /** Commit of the source; "unknown" outside a repository. */
  readonly revision: string;
  /** RFC 3339; the commit's own time, so that a build of tomorrow is the same. */
  readonly created: string;
}

export interface PlatformImage {
  readonly platform: Platform;
  readonly manifest: Blob;
  readonly config: Blob;
  readonly layers: readonly Layer[];
}

function labels({ version, revision, created }: Origin): Record<string, string> {
  const own = {
    title: "forge",
    description: "A GitOps release controller for Kubernetes",
    licenses: "Apache-2.0",
    version,
    revision,
    created,
  };
  return Object.fromEntries(
    Object.entries(own).map(([name, value]) => [`org.opencontainers.image.${name}`, value]),
  );
}

function json(mediaType: string, value: unknown): Blob {
  return blobOf(mediaType, Buffer.from(canonicalJson(value)));
}

/** How a container of the image starts, unless it is told; the Containerfile says the same. */
export const runConfig = {
  User: `${user.id}:${user.id}`,
  Env: ["PATH=/usr/local/bin"],
  Cmd: ["forge", "--help"],
  WorkingDir: "/",
} as const;

export function imageOf(
  platform: Platform,
  layers: readonly Layer[],
  origin: Origin,
): PlatformImage {
  const { created } = origin;
  const config = json("application/vnd.oci.image.config.v1+json", {
    architecture: platform.architecture,
    ...(platform.variant !== undefined && { variant: platform.variant }),
    os: "linux",
    created,
    config: { ...runConfig, Labels: labels(origin) },
    rootfs: { type: "layers", diff_ids: layers.map(({ diffId }) => diffId) },
    history: layers.map(({ createdBy }) => ({ created, created_by: createdBy })),
  });
  const manifest = json(mediaTypes.manifest, {
    schemaVersion: 2,
    mediaType: mediaTypes.manifest,
    config: config.descriptor,
    layers: layers.map(({ descriptor }) => descriptor),
    annotations: labels(origin),
  });
  return { platform, manifest, config, layers };
}

export function indexOf(images: readonly PlatformImage[], origin: Origin): Blob {
  return json(mediaTypes.index, {
    schemaVersion: 2,
    mediaType: mediaTypes.index,
    manifests: images.map(({ platform, manifest }) => ({
      ...manifest.descriptor,
      platform: {
        os: "linux",
        architecture: platform.architecture,
        ...(platform.variant !== undefined && { variant: platform.variant }),
      },
    })),
    annotations: labels(origin),
  });
}
