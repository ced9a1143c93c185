import { z } from "zod";
import { isDigest } from "./digest.ts";

/** What a manifest says of a part of an image (OCI image specification, descriptor.md). */
export interface Descriptor {
  readonly mediaType: string;
  readonly digest: string;
  /** In bytes. */
  readonly size: number;
}

/** `urls` and `data` are not read: content comes from the registry, under its digest. */
export const descriptorSchema = z.object({
  mediaType: z.string().min(1).max(255),
  digest: z.string().refine(isDigest, "no sha256 or sha512 digest"),
  size: z.int().min(0),
});
