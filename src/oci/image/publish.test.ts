import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ReleaseImages } from "../ports.ts";
import { clientOf } from "../testing/client-of.ts";
import { RegistryDouble } from "../testing/registry-double.ts";
import { commit, releaseContent } from "../testing/release-content.ts";
import { pack, type ReleaseContent } from "./release-image.ts";
import { releaseImagesIn } from "./release-images.ts";

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

async function countRequests(): Promise<number> {
  await using fresh = await RegistryDouble.start();
  await images.publish(releaseContent(fresh.host), signal);
  return fresh.seen.length;
}

describe("publish", () => {
  test("a release is published, and read back by tag and digest", async () => {
    const published = await images.publish(content, signal);
    const { manifest, size, resourcesDigest, metadataDigest } = pack(content);
    const facts = { digest: manifest.digest, size, resourcesDigest, metadataDigest };
    expect(published).toEqual({
      ref: `${repository}:${commit}`,
      ...facts,
      number: 42,
      adopted: false,
    });
    for (const ref of [`${repository}:${commit}`, `${repository}@${published.digest}`]) {
      const image = await images.read(ref, signal);
      expect(image).toMatchObject({ ref, ...facts });
      expect(image.metadata.release).toEqual(content.release);
      expect(image.files).toEqual([
        { name: "001-configmap-web.yaml", yaml: content.objects[0]?.yaml },
        { name: "002-clusterrole-system-web.yaml", yaml: content.objects[1]?.yaml },
        { name: "003-configmap-api.yaml", yaml: content.objects[2]?.yaml },
      ]);
    }
  });

  test("the same release again is adopted with the number it has, and nothing is written", async () => {
    const first = await images.publish(content, signal);
    const writes = registry.count(/^(PUT|POST)/);
    expect(await images.publish(withNumber(43), signal)).toEqual({ ...first, adopted: true });
    expect(registry.count(/^(PUT|POST)/)).toBe(writes);
  });

  test("killed after any request, the next try ends in the same image", async () => {
    const total = await countRequests();
    for (let survived = 0; survived < total; survived++) {
      await using fresh = await RegistryDouble.start();
      const mine = releaseContent(fresh.host);
      const kill = new AbortController();
      let handled = 0;
      fresh.faults.push(() => {
        handled += 1;
        if (handled > survived) kill.abort(new Error("killed"));
        return false;
      });
      const outcome = releaseImagesIn(client).publish(mine, kill.signal);
      await expect(outcome).rejects.toThrow("killed");
      fresh.faults.length = 0;
      const published = await images.publish(mine, signal);
      expect(published.digest).toBe(pack(mine).manifest.digest);
    }
  });

  test.each([
    [
      "other manifests",
      { objects: [{ kind: "Pod", name: "a", yaml: "kind: Pod\n" }] },
      /other manifests/,
    ],
    ["another project", { project: "web" }, /release of company\/monorepo\/web/],
  ])("a tag that holds %s is taken", async (_what, change, message) => {
    const { project, ...rest } = change as { project?: string };
    plant({ ...content, ...rest, source: { ...content.source, ...(project && { project }) } });
    await expect(images.publish(content, signal)).rejects.toMatchObject({
      code: "ImageTaken",
      message: expect.stringMatching(message),
    });
    expect(registry.count(/^(PUT|POST)/)).toBe(0);
  });

  test("a tag that holds no release is taken", async () => {
    registry.setManifest(path, commit, Buffer.from('{"manifests":[]}'), indexType);
    await expect(images.publish(content, signal)).rejects.toMatchObject({
      code: "ImageTaken",
      message: expect.stringContaining("an index of several images"),
    });
  });

  test("another writer wins between PUT and re-read with the same release: adopted", async () => {
    registry.faults.push(({ method, url }, response) => {
      if (method !== "PUT" || !url.includes("/manifests/")) return false;
      plant(withNumber(41));
      response.writeHead(201).end();
      return true;
    });
    expect(await images.publish(content, signal)).toMatchObject({ number: 41, adopted: true });
  });

  test("another writer wins with another release: taken", async () => {
    registry.faults.push(({ method, url }, response) => {
      if (method !== "PUT" || !url.includes("/manifests/")) return false;
      plant({ ...content, objects: content.objects.slice(1) });
      response.writeHead(201).end();
      return true;
    });
    await expect(images.publish(content, signal)).rejects.toMatchObject({ code: "ImageTaken" });
  });

  test("a manifest is not written before its blobs", async () => {
    await images.publish(content, signal);
    const writes = registry.seen.filter(({ method }) => method === "PUT").map((one) => one.path);
    expect(writes.findIndex((one) => one.includes("/manifests/"))).toBe(writes.length - 1);
  });

  test("a name that no registry takes is refused before the first request", async () => {
    const upper = { ...content, registry: `${registry.host}/Releases` };
    await expect(images.publish(upper, signal)).rejects.toMatchObject({ code: "InvalidReference" });
    expect(registry.seen).toHaveLength(0);
  });
});

describe("publish again, what was lost", () => {
  test("it comes out as it was, under the tag that it had", async () => {
    const before = await images.publish(content, signal);
    registry.manifests.clear();
    expect(await images.has(before.ref, signal)).toBe(false);
    expect(await images.publishAgain(content, before.digest, signal)).toEqual(before);
    expect(await images.has(`${repository}@${before.digest}`, signal)).toBe(true);
    expect(await images.commits(repository, signal)).toEqual(new Set([commit]));
  });

  test("what comes out otherwise is not written", async () => {
    const { digest } = await images.publish(content, signal);
    registry.manifests.clear();
    const writes = registry.count(/^(PUT|POST)/);
    await expect(images.publishAgain(withNumber(43), digest, signal)).rejects.toMatchObject({
      code: "ImageChanged",
      message: expect.stringContaining(digest),
    });
    expect(registry.count(/^(PUT|POST)/)).toBe(writes);
  });

  test("an image of the same release that took its place is not taken for it", async () => {
    const { digest } = await images.publish(content, signal);
    registry.manifests.clear();
    plant(withNumber(43));
    await expect(images.publishAgain(content, digest, signal)).rejects.toMatchObject({
      code: "ImageTaken",
    });
  });
});
