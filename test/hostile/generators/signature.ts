import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { digestOf, type GeneratedDocument } from "./image-documents.ts";

export interface SigningKey {
  readonly privateKey: KeyObject;
  /** In PEM, as cosign writes it. */
  readonly publicPem: string;
}

export interface GeneratedSignature {
  /** Digest of the tag beside the image. */
  readonly manifest: GeneratedDocument;
  readonly tag: string;
  /** By digest. */
  readonly blobs: ReadonlyMap<string, Buffer>;
}

export function signingKey(): SigningKey {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  return { privateKey, publicPem: publicKey.export({ type: "spki", format: "pem" }).toString() };
}

/** Tag under which cosign keeps the signatures of an image (its SIGNATURE_SPEC.md). */
export function signatureTag(digest: string): string {
  return `${digest.replace(":", "-")}.sig`;
}

/** A good signature of an image, in cosign's form. */
export function signatureOf(digest: string, { privateKey }: SigningKey): GeneratedSignature {
  const payload = Buffer.from(
    JSON.stringify({
      critical: {
        identity: { "docker-reference": "" },
        image: { "docker-manifest-digest": digest },
        type: "cosign container image signature",
      },
      optional: null,
    }),
  );
  const signature = sign("sha256", payload, privateKey).toString("base64");
  const config = Buffer.from("{}");
  const body = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      config: {
        ...{ mediaType: "application/vnd.oci.image.config.v1+json", size: config.length },
        digest: digestOf(config),
      },
      layers: [
        {
          mediaType: "application/vnd.dev.cosign.simplesigning.v1+json",
          ...{ digest: digestOf(payload), size: payload.length },
          annotations: { "dev.cosignproject.cosign/signature": signature },
        },
      ],
    }),
  );
  const blobs = new Map([payload, config].map((bytes) => [digestOf(bytes), bytes] as const));
  return { manifest: { body }, tag: signatureTag(digest), blobs };
}
