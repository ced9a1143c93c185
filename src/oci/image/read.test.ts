import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ReleaseImages } from "../ports.ts";
import { clientOf } from "../testing/client-of.ts";
import { RegistryDouble, sha256 } from "../testing/registry-double.ts";
import { commit, releaseContent } from "../testing/release-content.ts";
import { pack, type ReleaseContent } from "./release-image.ts";
import { releaseImagesIn } from "./release-images.ts";
import { writeTar } from "./tar.ts";

const manifestType = "application/vnd.oci.image.manifest.v1+json";
const indexType = "application/vnd.oci.image.index.v1+json";
const path = "releases/company/monorepo/auth";
const signal = AbortSignal.timeout(20_000);

let registry: RegistryDouble;
let client: ReturnType<typeof clientOf>;
let images: ReleaseImages;
let content: ReleaseContent;
let repository: string;

beforeEach(async () => {
  registry = await RegistryDouble.start();
  client = clientOf();
  images = releaseImagesIn(client);
  content = releaseContent(registry.host);
  repository = `${registry.host}/${path}`;
});

afterEach(async () => {
  await client[Symbol.asyncDispose]();
  await registry[Symbol.asyncDispose]();
});

function withNumber(number: number): ReleaseContent {
  return { ...content, release: { ...content.release, number } };
}

/** Puts an image there as another writer would. */
function plant(other: ReleaseContent, tag = commit): string {
  const { manifest, blobs } = pack(other);
  for (const { digest, bytes } of blobs) registry.blobs.set(digest, Buffer.from(bytes));
  registry.setManifest(path, tag, Buffer.from(manifest.bytes), manifest.mediaType);
  return manifest.digest;
}

interface Layer {
  mediaType: string;
  digest: string;
  size: number;
}

/** Plants a release whose manifest was changed; returns its reference. */
function plantChanged(
  change: (manifest: { layers: Layer[]; [field: string]: unknown }) => void,
): string {
  plant(content);
  const manifest = JSON.parse(Buffer.from(pack(content).manifest.bytes).toString("utf8"));
  change(manifest);
  registry.setManifest(path, commit, Buffer.from(JSON.stringify(manifest)), manifest.mediaType);
  return `${repository}:${commit}`;
}

function layerOf(layers: readonly Layer[], type: string): number {
  return layers.findIndex(({ mediaType }) => mediaType === type);
}

function store(mediaType: string, bytes: Buffer): Layer {
  registry.blobs.set(sha256(bytes), bytes);
  return { mediaType, digest: sha256(bytes), size: bytes.byteLength };
}

describe("read", () => {
  const resources = "application/vnd.oci.image.layer.v1.tar+gzip";
  const metadata = "application/vnd.forge.release.metadata.v1+json";

  test("layers are found by media type, whatever stands around them", async () => {
    const ref = plantChanged((manifest) => {
      manifest.layers = [store("text/plain", Buffer.from("x")), ...manifest.layers.toReversed()];
    });
    expect((await images.read(ref, signal)).files).toHaveLength(3);
  });

  test.each([
    ["no metadata", (layers: Layer[]) => layers.slice(0, 1), /0 layers of .*metadata/],
    [
      "two resources",
      (layers: Layer[]) => [layers[0], ...layers] as Layer[],
      /2 layers of .*tar\+gzip/,
    ],
  ])("an image with %s is refused", async (_what, change, message) => {
    const ref = plantChanged((manifest) => {
      manifest.layers = change(manifest.layers);
    });
    await expect(images.read(ref, signal)).rejects.toThrow(message);
  });

  test("urls and data of a layer are not looked at", async () => {
    const ref = plantChanged(({ layers }) =>
      Object.assign(layers[0] ?? {}, {
        urls: [`http://${registry.host}/foreign`, "http://169.254.169.254/latest"],
        data: Buffer.from("something else").toString("base64"),
      }),
    );
    expect((await images.read(ref, signal)).files).toHaveLength(3);
    expect(registry.count(/foreign/)).toBe(0);
  });

  test("a bomb of 256 MiB in 260 kB takes no memory to speak of", async () => {
    const mebibyte = gzipSync(Buffer.alloc(1 << 20));
    const bomb = Buffer.concat(Array.from({ length: 256 }, () => mebibyte));
    const ref = plantChanged(({ layers }) => {
      layers[layerOf(layers, resources)] = store(resources, bomb);
    });
    const before = process.memoryUsage().external + process.memoryUsage().arrayBuffers;
    let peak = before;
    const sampler = setInterval(() => {
      const { external, arrayBuffers } = process.memoryUsage();
      peak = Math.max(peak, external + arrayBuffers);
    }, 1);
    // 260 kB may inflate to 26 MB, a hundredfold; the bomb is a thousandfold.
    await expect(images.read(ref, signal)).rejects.toThrow(
      /inflates to more than 26[0-9]{6} bytes/,
    );
    clearInterval(sampler);
    expect(peak - before).toBeLessThan(64 << 20);
  });

  test("a tag that is moved while it is read gives one image, and never a mixture", async () => {
    const first = plant(content);
    registry.faults.push(({ method, url }) => {
      if (method === "GET" && url.includes("/blobs/")) plant(withNumber(7));
      return false;
    });
    const image = await images.read(`${repository}:${commit}`, signal);
    expect([image.digest, image.metadata.release.number]).toEqual([first, 42]);
  });

  test("an index, and an image of another kind, are refused", async () => {
    registry.setManifest(path, "x", Buffer.from('{"schemaVersion":2,"manifests":[]}'), indexType);
    await expect(images.read(`${repository}:x`, signal)).rejects.toThrow(
      /an index of several images/,
    );
    const ref = plantChanged((manifest) => {
      delete manifest["artifactType"];
    });
    await expect(images.read(ref, signal)).rejects.toThrow(/has artifactType none/);
  });

  test.each([
    ["a digest that is a path", { digest: "sha256:../../x" }, /layers\.0\.digest/],
    ["a negative size", { size: -1 }, /layers\.0\.size/],
    ["a size beyond the limit", { size: 1e9 }, /has 1000000000 bytes, more than/],
    ["a size that is not the blob's", { size: 5 }, /more than 5 bytes/],
  ])("a layer with %s is refused", async (_what, change, message) => {
    const ref = plantChanged(({ layers }) => Object.assign(layers[0] ?? {}, change));
    await expect(images.read(ref, signal)).rejects.toMatchObject({
      code: "ImageInvalid",
      message: expect.stringMatching(message),
    });
  });

  test.each([
    ["a gzip bomb", () => gzipSync(Buffer.alloc(80 * 1024 * 1024)), /inflates to more than/],
    [
      "another tar",
      () => gzipSync(writeTar([{ name: "a", content: Buffer.from("x") }])),
      /other content than the release metadata/,
    ],
    ["no gzip", () => Buffer.from("x"), /is no gzip/],
  ])("resources that are %s are refused", async (_what, make, message) => {
    const ref = plantChanged(({ layers }) => {
      layers[layerOf(layers, resources)] = store(resources, make());
    });
    await expect(images.read(ref, signal)).rejects.toMatchObject({
      code: "ImageInvalid",
      message: expect.stringMatching(message),
    });
  });

  test.each([
    ["is no JSON", () => "{", /is no JSON/],
    [
      "lacks a field",
      (good: string) => good.replace('"number":42', '"number":"42"'),
      /release\.number/,
    ],
    [
      "counts wrong",
      (good: string) => good.replace('"count":3', '"count":4'),
      /has 3 files; the metadata says 4/,
    ],
  ])("metadata that %s is refused", async (_what, change, message) => {
    const good = Buffer.from(pack(content).blobs[2]?.bytes ?? []).toString("utf8");
    const ref = plantChanged(({ layers }) => {
      layers[layerOf(layers, metadata)] = store(metadata, Buffer.from(change(good)));
    });
    await expect(images.read(ref, signal)).rejects.toThrow(message);
  });

  test("fields of a later writer are passed over", async () => {
    const good = Buffer.from(pack(content).blobs[2]?.bytes ?? []).toString("utf8");
    const ref = plantChanged(({ layers }) => {
      layers[layerOf(layers, metadata)] = store(
        metadata,
        Buffer.from(good.replace("{", '{"new":1,')),
      );
    });
    expect((await images.read(ref, signal)).metadata.release.number).toBe(42);
  });
});

describe("the highest number", () => {
  test("is 0 where there is no repository", async () => {
    expect(await images.highestNumber(repository, signal)).toBe(0);
  });

  test("is the highest of all commits' releases, whatever order they answer in", async () => {
    for (let number = 1; number <= 20; number++) {
      plant(withNumber(number), number.toString(16).padStart(40, "0"));
    }
    plant(withNumber(99), "latest");
    registry.setManifest(path, "f".repeat(40), Buffer.from('{"manifests":[]}'), indexType);
    registry.setManifest(path, "e".repeat(40), Buffer.from('{"schemaVersion":2}'), manifestType);
    registry.faults.push(({ url }, response) => {
      if (!url.endsWith("/manifests/" + "1".padStart(40, "0"))) return false;
      const { bytes, mediaType } = registry.manifests.get(`${path}:${"1".padStart(40, "0")}`) ?? {};
      setTimeout(() => response.writeHead(200, { "content-type": mediaType ?? "" }).end(bytes), 30);
      return true;
    });
    expect(await images.highestNumber(repository, signal)).toBe(20);
  });

  test("does not ask for those that are known", async () => {
    plant(withNumber(7), "7".padStart(40, "0"));
    plant(withNumber(8), "8".padStart(40, "0"));
    const known = new Set(["8".padStart(40, "0")]);
    expect(await images.highestNumber(repository, signal, known)).toBe(7);
    expect(registry.count(/^GET .*manifests/)).toBe(1);
  });
});
