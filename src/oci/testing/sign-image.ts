import { type KeyObject, sign } from "node:crypto";
import { sha256Of } from "../digest.ts";
import type { Registry } from "../ports.ts";
import { parseReference } from "../reference.ts";

/** What a payload of cosign says of an image. */
export function signedPayload(digest: string): object {
  return {
    critical: {
      identity: { "docker-reference": "" },
      image: { "docker-manifest-digest": digest },
      type: "cosign container image signature",
    },
    optional: null,
  };
}

/** Signs `host/path@digest` as `cosign sign --key` does, beside what was signed before. */
export async function signImage(
  registry: Registry,
  image: string,
  key: KeyObject,
  signal: AbortSignal,
  payload: object = signedPayload(image.slice(image.indexOf("@") + 1)),
): Promise<void> {
  const { host, path, digest = "" } = parseReference(image);
  const bytes = Buffer.from(JSON.stringify(payload));
  const config = Buffer.from("{}");
  for (const blob of [bytes, config]) {
    await registry.putBlob({ host, path }, sha256Of(blob), blob, signal);
  }
  const manifest = {
    schemaVersion: 2,
    mediaType: "application/vnd.oci.image.manifest.v1+json",
    config: {
      mediaType: "application/vnd.oci.image.config.v1+json",
      digest: sha256Of(config),
      size: config.byteLength,
    },
    layers: [
      {
        mediaType: "application/vnd.dev.cosign.simplesigning.v1+json",
        digest: sha256Of(bytes),
        size: bytes.byteLength,
        annotations: {
          "dev.cosignproject.cosign/signature": sign("sha256", bytes, key).toString("base64"),
        },
      },
    ],
  };
  const reference = { host, path, tag: `${digest.replace(":", "-")}.sig` };
  const written = { mediaType: manifest.mediaType, bytes: Buffer.from(JSON.stringify(manifest)) };
  await registry.putManifest(reference, written, signal);
}
