import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Reference, RepositoryName } from "../reference.ts";
import { clientOf } from "../testing/client-of.ts";
import { RegistryDouble, sha256 } from "../testing/registry-double.ts";

const manifestType = "application/vnd.oci.image.manifest.v1+json";
const manifest = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: manifestType }));
const blob = Buffer.from("the content of a blob");
const descriptor = { mediaType: "text/plain", digest: sha256(blob), size: blob.byteLength };
const signal = AbortSignal.timeout(20_000);

let registry: RegistryDouble;
let name: RepositoryName;
let client: ReturnType<typeof clientOf>;

beforeEach(async () => {
  registry = await RegistryDouble.start();
  name = { host: registry.host, path: "team/app" };
  client = clientOf();
});

afterEach(async () => {
  await client[Symbol.asyncDispose]();
  await registry[Symbol.asyncDispose]();
});

function tagged(): Reference {
  return { ...name, tag: "v1" };
}

describe("manifests", () => {
  test("what was put is read back, by tag and by digest", async () => {
    await client.putManifest(tagged(), { mediaType: manifestType, bytes: manifest }, signal);
    const digest = sha256(manifest);
    expect(await client.headManifest(tagged(), signal)).toEqual({
      mediaType: manifestType,
      digest,
      size: manifest.byteLength,
    });
    expect((await client.getManifest({ ...name, digest }, signal)).bytes).toEqual(manifest);
    expect((await client.getManifest(tagged(), signal)).digest).toBe(digest);
  });

  test.each([
    { because: "a registry of specification 1.1 heeds no tags in the query", named: undefined },
    { because: "one that sets them says so", named: "v1, latest" },
    { because: "one that sets some of them says which", named: "latest" },
  ])("every tag is set, in as few requests as can be: $because", async ({ named }) => {
    const puts: string[] = [];
    registry.faults.push((request, response, body) => {
      if (request.method !== "PUT") return false;
      const { pathname, searchParams } = new URL(request.url, "http://double");
      puts.push(pathname.split("/").at(-1) ?? "");
      if (named === undefined || searchParams.size === 0) return false;
      expect(searchParams.getAll("tag")).toEqual(["v1", "latest"]);
      const set = named.split(", ");
      for (const tag of set) registry.setManifest("team/app", tag, body, manifestType);
      response.writeHead(201, { "oci-tag": named }).end();
      return true;
    });
    const content = { mediaType: manifestType, bytes: manifest };
    await client.putTaggedManifest(name, content, ["v1", "latest"], signal);
    const left = ["v1", "latest"].filter((tag) => named?.includes(tag) !== true);
    expect(puts).toEqual([sha256(manifest), ...left]);
    for (const tag of ["v1", "latest"]) {
      expect((await client.getManifest({ ...name, tag }, signal)).digest).toBe(sha256(manifest));
    }
  });

  test("a tag that is none is not sent", async () => {
    const content = { mediaType: manifestType, bytes: manifest };
    await expect(
      client.putTaggedManifest(name, content, ["v1&tag=x"], signal),
    ).rejects.toMatchObject({ code: "InvalidReference" });
  });

  test("what is not there: HEAD says so, GET throws", async () => {
    expect(await client.headManifest({ ...name, tag: "no" }, signal)).toBeUndefined();
    await expect(client.getManifest({ ...name, tag: "no" }, signal)).rejects.toMatchObject({
      code: "ImageNotFound",
      message: `${registry.host}/team/app:no does not exist`,
    });
  });

  test("a HEAD without digest is answered by a GET", async () => {
    registry.setManifest("team/app", "v1", manifest, manifestType);
    registry.failOnce(/^HEAD/, (response) => response.writeHead(200).end());
    const head = await client.headManifest({ ...name, tag: "v1" }, signal);
    expect(head?.digest).toBe(sha256(manifest));
  });

  const index = "application/vnd.oci.image.index.v1+json";
  test.each([
    [
      "a wrong digest header",
      { "docker-content-digest": sha256(blob) },
      manifest,
      /Docker-Content/,
    ],
    [
      "a malformed digest header",
      { "docker-content-digest": "sha256:x/../y" },
      manifest,
      /Docker-C/,
    ],
    ["a body that is another type", { "content-type": index }, manifest, /its Content-Type/],
    ["a body that is no JSON", {}, Buffer.from("<html>"), /is no JSON/],
    ["a body over 4 MiB", {}, Buffer.alloc(4 * 1024 * 1024 + 1, 0x20), /more than 4194304 bytes/],
  ])("%s is refused", async (_what, headers, body, message) => {
    registry.failOnce(/^GET/, (response) =>
      response.writeHead(200, { "content-type": manifestType, ...headers }).end(body),
    );
    const read = client.getManifest({ ...name, tag: "v1" }, signal);
    await expect(read).rejects.toMatchObject({
      code: "ImageInvalid",
      message: expect.stringMatching(message),
    });
  });

  test("other content than the digest that was asked for is refused", async () => {
    registry.failOnce(/^GET/, (response) =>
      response.writeHead(200, { "content-type": manifestType }).end(manifest),
    );
    const read = client.getManifest({ ...name, digest: sha256(blob) }, signal);
    await expect(read).rejects.toThrow(/other content than its digest says/);
  });

  test("parameters of Content-Type do not matter", async () => {
    registry.failOnce(/^GET/, (response) =>
      response.writeHead(200, { "content-type": `${manifestType}; charset=utf-8` }).end(manifest),
    );
    const read = await client.getManifest({ ...name, tag: "v1" }, signal);
    expect(read.mediaType).toBe(manifestType);
  });
});

describe("blobs", () => {
  test("a blob is uploaded once, with the upload's own query kept", async () => {
    await client.putBlob(name, descriptor.digest, blob, signal);
    await client.putBlob(name, descriptor.digest, blob, signal);
    expect(registry.count(/^PUT/)).toBe(1);
    expect(await client.headBlob(name, descriptor.digest, signal)).toBe(blob.byteLength);
    expect(Buffer.from(await client.getBlob(name, descriptor, signal))).toEqual(blob);
  });

  test("an absolute Location without query is followed", async () => {
    const { host } = registry;
    registry.faults.push(({ method }, response) => {
      if (method !== "POST") return false;
      response.writeHead(202, { location: `http://${host}/elsewhere/1` }).end();
      return true;
    });
    registry.failOnce(/^PUT \/elsewhere\/1\?digest=sha256%3A/, (response) =>
      response.writeHead(201).end(),
    );
    await expect(client.putBlob(name, descriptor.digest, blob, signal)).resolves.toBeUndefined();
  });

  test.each([
    ["corrupted", Buffer.from("the content of a BLOB"), /other content than its digest/],
    ["shorter than its descriptor", Buffer.from("the"), /has 3 bytes; its descriptor says 21/],
    ["longer than its descriptor", Buffer.alloc(4096), /more than 21 bytes/],
  ])("a blob that is %s is refused", async (_what, body, message) => {
    registry.failOnce(/^GET/, (response) => response.end(body));
    await expect(client.getBlob(name, descriptor, signal)).rejects.toMatchObject({
      code: "ImageInvalid",
      message: expect.stringMatching(message),
    });
  });

  test("a body that breaks off is read again", async () => {
    registry.blobs.set(descriptor.digest, blob);
    registry.failOnce(/^GET/, (response) => {
      response.writeHead(200, { "content-length": blob.byteLength });
      response.write(blob.subarray(0, 5), () => response.destroy());
    });
    expect(Buffer.from(await client.getBlob(name, descriptor, signal))).toEqual(blob);
    expect(registry.count(/^GET/)).toBe(2);
  });

  test("a blob that is not there throws", async () => {
    const read = client.getBlob(name, descriptor, signal);
    await expect(read).rejects.toMatchObject({ code: "ImageNotFound" });
  });
});
