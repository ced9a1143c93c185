/** The images as an OCI image layout in one tar, which docker, podman, ctr, kind and crane load. */
import { closeSync, openSync, writeSync } from "node:fs";
import { canonicalJson } from "../../src/api/index.ts";
import type { PlatformImage } from "./image.ts";
import { type Blob, writeArchive } from "./layer.ts";

const mark = { imageLayoutVersion: "1.0.0" };

export function writeLayout(
  file: string,
  name: string,
  index: Blob,
  images: readonly PlatformImage[],
): void {
  const blobs = images.flatMap(({ manifest, config, layers }) => [manifest, config, ...layers]);
  const bytesByDigest = new Map(
    [index, ...blobs].map(({ descriptor, bytes }) => [descriptor.digest, bytes]),
  );
  const top = {
    schemaVersion: 2,
    mediaType: index.descriptor.mediaType,
    manifests: [
      {
        ...index.descriptor,
        annotations: {
          "io.containerd.image.name": name,
          "org.opencontainers.image.ref.name": name.slice(name.lastIndexOf(":") + 1),
        },
      },
    ],
  };
  const archive = writeArchive([
    { path: "oci-layout", content: Buffer.from(canonicalJson(mark)) },
    { path: "index.json", content: Buffer.from(canonicalJson(top)) },
    ...[...bytesByDigest].map(([digest, content]) => ({
      path: `blobs/${digest.replace(":", "/")}`,
      content,
    })),
  ]);
  const out = openSync(file, "w");
  writeSync(out, archive);
  closeSync(out);
}
