import { createPublicKey } from "node:crypto";
import { expect, test } from "vitest";
import { checkSignature } from "../../../src/oci/index.ts";
import { digestOf } from "./image-documents.ts";
import { signatureOf, signingKey } from "./signature.ts";

test("forge takes the signature, so that only what is put in its place is refused", async () => {
  const key = signingKey();
  const digest = digestOf(Buffer.from("image"));
  const { manifest, tag, blobs } = signatureOf(digest, key);
  const registry = {
    getManifest: async (reference: { readonly tag?: string | undefined }) => {
      expect(reference.tag).toBe(tag);
      const { body: bytes } = manifest;
      return { mediaType: "", digest: digestOf(bytes), size: bytes.length, bytes };
    },
    getBlob: async (_name: object, blob: { readonly digest: string }) =>
      blobs.get(blob.digest) ?? Buffer.alloc(0),
  };
  const image = { host: "127.0.0.1:1", path: "releases/a", digest };
  const keys = [createPublicKey(key.publicPem)];
  const signal = AbortSignal.timeout(10_000);
  await expect(checkSignature(registry, image, keys, signal)).resolves.toBeUndefined();
});
