/**
 * Artifacts that refer to a release image: provenance, signatures, reports. Each is a manifest
 * of its own with an empty config, one layer, and the release's manifest as `subject`; the release
 * itself is not touched, and its digest stays.
 */
import { z } from "zod";
import { canonicalJson } from "../../api/index.ts";
import { type Descriptor, descriptorSchema } from "../descriptor.ts";
import { sha256Of } from "../digest.ts";
import { imageInvalid, imageNotFound } from "../image-errors.ts";
import { mediaTypes } from "../media-types.ts";
import type { Referrer, Registry } from "../ports.ts";
import { formatReference, type Reference } from "../reference.ts";

export interface Attachment {
  /** What it is, such as application/vnd.in-toto+json; lists are filtered by it. */
  readonly artifactType: string;
  /** Of its content; the artifact's type, unless given. */
  readonly mediaType?: string;
  readonly bytes: Uint8Array;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** Attachments are documents, and read whole. */
export const maxAttachmentBytes = 16 * 1024 * 1024;

const manifestSchema = z.object({
  schemaVersion: z.literal(2),
  artifactType: z.string().max(255),
  layers: z.array(descriptorSchema).length(1),
  subject: descriptorSchema,
  annotations: z.record(z.string(), z.string()).optional(),
});

/** Attaches to the image that `reference` names now. The same attachment twice is one. */
export async function attach(
  registry: Registry,
  reference: Reference,
  attachment: Attachment,
  signal: AbortSignal,
): Promise<Referrer> {
  const subject = await registry.headManifest(reference, signal);
  if (subject === undefined) throw imageNotFound(formatReference(reference));
  const { artifactType, bytes, annotations } = attachment;
  const config = Buffer.from("{}");
  const manifest = Buffer.from(
    canonicalJson({
      schemaVersion: 2,
      mediaType: mediaTypes.manifest,
      artifactType,
      config: descriptorOf(mediaTypes.emptyConfig, config),
      layers: [descriptorOf(attachment.mediaType ?? artifactType, bytes)],
      subject: { mediaType: subject.mediaType, digest: subject.digest, size: subject.size },
      ...(annotations && { annotations }),
    }),
  );
  for (const blob of [config, bytes]) {
    await registry.putBlob(reference, sha256Of(blob), blob, signal);
  }
  const referrer = {
    ...descriptorOf(mediaTypes.manifest, manifest),
    artifactType,
    ...(annotations && { annotations }),
  };
  await registry.putReferrer(reference, subject, { ...referrer, bytes: manifest }, signal);
  return referrer;
}

/** The content of a referrer of `subject`, every digest verified. Throws ImageInvalid. */
export async function readAttachment(
  registry: Registry,
  subject: Reference & { readonly digest: string },
  referrer: Descriptor,
  signal: AbortSignal,
): Promise<Attachment> {
  const { host, path } = subject;
  const place = formatReference({ host, path, digest: referrer.digest });
  const fetched = await registry.getManifest({ host, path, digest: referrer.digest }, signal);
  const parsed = manifestSchema.safeParse(JSON.parse(Buffer.from(fetched.bytes).toString("utf8")));
  const [layer] = parsed.data?.layers ?? [];
  if (!parsed.success || layer === undefined || fetched.mediaType !== mediaTypes.manifest) {
    throw imageInvalid(`${place} is no attachment of one layer`);
  }
  if (parsed.data.subject.digest !== subject.digest) {
    throw imageInvalid(`${place} belongs to ${parsed.data.subject.digest}, not ${subject.digest}`);
  }
  if (layer.size > maxAttachmentBytes) {
    throw imageInvalid(`${place} has ${layer.size} bytes, more than ${maxAttachmentBytes}`);
  }
  const { artifactType, annotations } = parsed.data;
  return {
    artifactType,
    mediaType: layer.mediaType,
    bytes: await registry.getBlob(subject, layer, signal),
    ...(annotations && { annotations }),
  };
}

function descriptorOf(mediaType: string, bytes: Uint8Array): Descriptor {
  return { mediaType, digest: sha256Of(bytes), size: bytes.byteLength };
}
