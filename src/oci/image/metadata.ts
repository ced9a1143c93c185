import { z } from "zod";
import { commitPattern, type ForgeError } from "../../api/index.ts";
import { isDigest } from "../digest.ts";
import { imageInvalid } from "../image-errors.ts";

/** Commit messages are cut here; a release is no archive of them. */
export const maxMessageLength = 8_192;
export const maxMetadataBytes = 4 * 1024 * 1024;

const text = (length: number) => z.string().min(1).max(length);
const digest = z.string().refine(isDigest, "no sha256 or sha512 digest");

/**
 * The metadata layer, application/vnd.forge.release.metadata.v1+json. Fields may be added in v1;
 * readers ignore those they do not know.
 */
const metadataSchema = z.object({
  release: z.object({
    number: z.int().min(1),
    aliases: z
      .array(z.object({ type: z.enum(["Tag", "Branch", "Custom"]), value: text(256) }))
      .max(256),
    version: text(128).optional(),
    notes: z.string().max(5_000).optional(),
    trigger: z.object({
      type: z.enum(["BranchPush", "Tag", "Manual"]),
      branch: text(250).optional(),
      tag: text(250).optional(),
      actor: text(256).optional(),
      time: text(40).optional(),
    }),
  }),
  source: z.object({
    repository: text(180),
    project: text(63),
    commit: z.string().regex(commitPattern),
    author: text(1_024).optional(),
    message: z.string().max(maxMessageLength).optional(),
  }),
  artifacts: z
    .array(
      z.object({
        name: text(128),
        type: text(64),
        uri: text(1_024),
        digest: digest.optional(),
        trackingUri: z.string().max(1_024).optional(),
        fields: z.record(text(63), z.string().max(1_024)).optional(),
      }),
    )
    .max(256),
  resources: z.object({
    count: z.int().min(1),
    /** Number of objects by kind. */
    kinds: z.record(text(63), z.int().min(1)),
    /** Of the uncompressed tar. */
    digest,
  }),
  annotations: z.record(text(256), z.string().max(65_536)),
});

export type ReleaseMetadata = z.output<typeof metadataSchema>;

/** @throws ForgeError ImageInvalid, naming the first field that is wrong. */
export function parseMetadata(bytes: Uint8Array, place: string): ReleaseMetadata {
  const what = `the release metadata of ${place}`;
  let value: unknown;
  try {
    value = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (cause) {
    throw imageInvalid(`${what} is no JSON`, cause);
  }
  return checkMetadata(value, (problem) => imageInvalid(`${what}: ${problem}`));
}

export function checkMetadata(
  value: unknown,
  errorOf: (problem: string) => ForgeError,
): ReleaseMetadata {
  const parsed = metadataSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw errorOf(`${issue?.path.join(".")}: ${issue?.message}`);
}
