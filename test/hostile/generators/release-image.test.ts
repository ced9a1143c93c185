import { expect, test } from "vitest";
import { readReleaseImage } from "../../../src/oci/index.ts";
import { releaseImage } from "./release-image.ts";
import { layerOf } from "./tars.ts";

const source = { repository: "company/a", project: "web", commit: "c".repeat(40) };
const reference = { host: "127.0.0.1:1", path: "releases/company/a/web" };
const manifestType = "application/vnd.oci.image.manifest.v1+json";

test("an image with a good layer is one that forge reads: only what is put in is wrong", async () => {
  const { manifest, digest, blobs } = releaseImage(source, layerOf());
  const read = await readReleaseImage(
    {
      getManifest: async () => ({
        ...{ mediaType: manifestType, digest, size: manifest.body.length, bytes: manifest.body },
      }),
      getBlob: async (_name, blob) => blobs.get(blob.digest) ?? Buffer.alloc(0),
    },
    { ...reference, digest },
    AbortSignal.timeout(10_000),
  );
  expect(read.files.map(({ name }) => name)).toEqual(["000-configmap-settings.yaml"]);
  expect(read.metadata.source).toEqual(source);
});
