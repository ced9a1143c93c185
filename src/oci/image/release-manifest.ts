import { z } from "zod";
import { type Descriptor, descriptorSchema } from "../descriptor.ts";
import { imageInvalid } from "../image-errors.ts";
import { mediaTypes } from "../media-types.ts";
import type { FetchedManifest } from "../ports.ts";

const manifestSchema = z.object({
  schemaVersion: z.literal(2),
  artifactType: z.string().max(255).optional(),
  config: descriptorSchema,
  layers: z.array(descriptorSchema).min(1).max(64),
  annotations: z.record(z.string(), z.string()).default({}),
});

export interface ReleaseManifest {
  readonly config: Descriptor;
  readonly resources: Descriptor;
  readonly metadata: Descriptor;
  readonly annotations: Readonly<Record<string, string>>;
}

/** Reads the manifest of a release image. Throws ImageInvalid for any other, indexes included. */
export function parseReleaseManifest(fetched: FetchedManifest, place: string): ReleaseManifest {
  if (fetched.mediaType !== mediaTypes.manifest) {
    const isIndex =
      fetched.mediaType === mediaTypes.index || fetched.mediaType === mediaTypes.dockerIndex;
    const found = isIndex ? "an index of several images" : fetched.mediaType;
    throw imageInvalid(`${place} is ${found}, no release image`);
  }
  const parsed = manifestSchema.safeParse(JSON.parse(Buffer.from(fetched.bytes).toString("utf8")));
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw imageInvalid(`the manifest of ${place}: ${issue?.path.join(".")}: ${issue?.message}`);
  }
  const { artifactType, config, layers, annotations } = parsed.data;
  if (artifactType !== mediaTypes.release) {
    throw imageInvalid(`${place} has artifactType ${artifactType ?? "none"}, no release image`);
  }
  return {
    config,
    resources: onlyLayer(layers, mediaTypes.resources, place),
    metadata: onlyLayer(layers, mediaTypes.metadata, place),
    annotations,
  };
}

/** By media type, never by position: others may add layers of their own. */
function onlyLayer(layers: readonly Descriptor[], mediaType: string, place: string): Descriptor {
  const [layer, ...more] = layers.filter((one) => one.mediaType === mediaType);
  if (layer === undefined || more.length > 0) {
    throw imageInvalid(
      `${place} has ${layer ? more.length + 1 : 0} layers of ${mediaType}, not one`,
    );
  }
  return layer;
}
