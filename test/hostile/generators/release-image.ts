import { digestOf, type GeneratedDocument } from "./image-documents.ts";
import type { GeneratedLayer } from "./tars.ts";

/** A release image, whole but for what its layer holds. */
export interface GeneratedImage {
  readonly manifest: GeneratedDocument;
  readonly digest: string;
  /** By digest. */
  readonly blobs: ReadonlyMap<string, Buffer>;
}

const emptyConfig = Buffer.from("{}");

export interface ImageOf {
  readonly repository: string;
  readonly project: string;
  readonly commit: string;
}

/** @param changes of its metadata */
export function releaseImage(
  source: ImageOf,
  { compressed, tar }: GeneratedLayer,
  changes: object = {},
): GeneratedImage {
  const metadata = Buffer.from(
    JSON.stringify({
      release: { number: 1, aliases: [], trigger: { type: "Manual" } },
      ...{ source, artifacts: [], annotations: {} },
      resources: {
        ...{ count: 1, kinds: { ConfigMap: 1 } },
        digest: digestOf(tar ?? Buffer.from("unknown")),
      },
      ...changes,
    }),
  );
  const descriptor = (mediaType: string, bytes: Buffer) => ({
    ...{ mediaType, digest: digestOf(bytes), size: bytes.length },
  });
  const body = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      artifactType: "application/vnd.forge.release.v1",
      config: descriptor("application/vnd.oci.empty.v1+json", emptyConfig),
      layers: [
        descriptor("application/vnd.oci.image.layer.v1.tar+gzip", compressed),
        descriptor("application/vnd.forge.release.metadata.v1+json", metadata),
      ],
    }),
  );
  const blobs = [emptyConfig, compressed, metadata].map(
    (bytes) => [digestOf(bytes), bytes] as const,
  );
  return { manifest: { body }, digest: digestOf(body), blobs: new Map(blobs) };
}
