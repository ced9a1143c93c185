/**
 * Signatures of release images, as cosign keeps them (SIGNATURE_SPEC.md of its repository): a
 * manifest under the tag `sha256-<hex>.sig` beside the image. Each of its layers is a payload that
 * names the image's digest, and carries the signature of exactly those bytes as an annotation.
 */
import { type KeyObject, verify } from "node:crypto";
import { z } from "zod";
import { ForgeError } from "../../api/index.ts";
import { type Descriptor, descriptorSchema } from "../descriptor.ts";
import { formatReference, type RepositoryName } from "../reference.ts";
import type { ImageSource } from "./read.ts";

const payloadType = "application/vnd.dev.cosign.simplesigning.v1+json";
const signatureAnnotation = "dev.cosignproject.cosign/signature";
const signedType = "cosign container image signature";
/** A payload is a few hundred bytes. */
const maxPayloadBytes = 64 * 1024;
/** Each is read, and checked with each key. */
const maxSignatures = 32;

const manifestSchema = z.object({
  layers: z
    .array(
      descriptorSchema.extend({
        annotations: z.record(z.string(), z.string()).optional(),
      }),
    )
    .max(maxSignatures),
});
const payloadSchema = z.object({
  critical: z.object({
    type: z.literal(signedType),
    image: z.object({ "docker-manifest-digest": z.string() }),
  }),
});

export type SignedImage = RepositoryName & { readonly digest: string };

/**
 * Resolves when one of the keys (ECDSA on P-256) signed the image. Nothing is asked of a
 * transparency log: a signature counts for as long as its key does.
 * @throws ForgeError ImageNotSigned; Registry…
 */
export async function checkSignature(
  registry: ImageSource,
  image: SignedImage,
  keys: readonly KeyObject[],
  signal: AbortSignal,
): Promise<void> {
  const place = formatReference(image);
  for (const layer of await signaturesOf(registry, image, signal)) {
    const signature = layer.annotations?.[signatureAnnotation];
    if (layer.mediaType !== payloadType || signature === undefined) continue;
    if (layer.size > maxPayloadBytes) continue;
    const payload = await registry.getBlob(image, layer, signal);
    const bytes = Buffer.from(signature, "base64");
    if (!keys.some((key) => verify("sha256", payload, key, bytes))) continue;
    if (isOf(payload, image.digest)) return;
  }
  throw new ForgeError("ImageNotSigned", `${place} has no signature by a key that counts here`);
}

interface SignatureLayer extends Descriptor {
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

async function signaturesOf(
  registry: ImageSource,
  { host, path, digest }: SignedImage,
  signal: AbortSignal,
): Promise<readonly SignatureLayer[]> {
  const tag = `${digest.replace(":", "-")}.sig`;
  try {
    const { bytes } = await registry.getManifest({ host, path, tag }, signal);
    return manifestSchema.parse(JSON.parse(Buffer.from(bytes).toString("utf8"))).layers;
  } catch (cause) {
    const isUnreadable = cause instanceof SyntaxError || cause instanceof z.ZodError;
    if (!isUnreadable && !(cause instanceof ForgeError && cause.code === "ImageNotFound")) {
      throw cause;
    }
    const place = formatReference({ host, path, tag });
    const why = isUnreadable ? `${place} is no list of signatures` : `${place} does not exist`;
    throw new ForgeError("ImageNotSigned", why, { cause });
  }
}

/** What a key signed may be another image. */
function isOf(payload: Uint8Array, digest: string): boolean {
  try {
    const { critical } = payloadSchema.parse(JSON.parse(Buffer.from(payload).toString("utf8")));
    return critical.image["docker-manifest-digest"] === digest;
  } catch {
    return false;
  }
}
