import type { ServerResponse } from "node:http";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Reference, RepositoryName } from "../reference.ts";
import { clientOf } from "../testing/client-of.ts";
import { RegistryDouble, refuse, sha256 } from "../testing/registry-double.ts";

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

function page(tags: string[] | null, next?: string): (response: ServerResponse) => void {
  return (response) => {
    if (next !== undefined) response.setHeader("link", `<${next}>; rel="next"`);
    response.end(JSON.stringify({ tags }));
  };
}

describe("failures that may pass", () => {
  beforeEach(() => registry.setManifest("team/app", "v1", manifest, manifestType));

  test.each([
    ["429 with seconds", 429, { "retry-after": "7" }, 7_000],
    ["429 with a date", 429, { "retry-after": "Fri, 20 Nov 2026 10:00:12 GMT" }, 12_000],
    ["503 with a date in the past", 503, { "retry-after": "Fri, 20 Nov 2026 09:00:00 GMT" }, 0],
    ["500 without a word", 500, {}, 250],
    ["408", 408, {}, 250],
  ])("%s is waited for as asked, and tried again", async (_what, status, headers, wait) => {
    registry.failOnce(/^GET/, (response) => response.writeHead(status, headers).end());
    await client.getManifest(tagged(), signal);
    expect(client.waits).toEqual([wait]);
  });

  test("a reset connection is tried again", async () => {
    registry.failOnce(/^GET/, (response) => response.destroy());
    await client.getManifest(tagged(), signal);
    expect(client.waits).toHaveLength(1);
  });

  test("an upload that is cut off starts again from its beginning", async () => {
    registry.failOnce(/^PUT/, (response) => response.destroy());
    await client.putBlob(name, descriptor.digest, blob, signal);
    expect(registry.count(/^POST/)).toBe(2);
    expect(registry.blobs.get(descriptor.digest)).toEqual(blob);
  });

  test("the fifth failure is the last, in the registry's own words", async () => {
    registry.failTimes(9, /^GET/, (response) => refuse(response, 500, "UNKNOWN", "disk is full"));
    await expect(client.getManifest(tagged(), signal)).rejects.toMatchObject({
      code: "RegistryRefused",
      message: `${registry.host} answered 500 to GET /v2/team/app/manifests/v1: UNKNOWN disk is full`,
    });
    expect(client.waits).toEqual([250, 500, 1000, 2000]);
  });

  test("a wait that is too long is left to the caller", async () => {
    registry.failOnce(/^GET/, (response) =>
      response.writeHead(429, { "retry-after": "600" }).end(),
    );
    const read = client.getManifest(tagged(), signal);
    await expect(read).rejects.toMatchObject({ retry: { afterMs: 600_000 } });
    expect(client.waits).toEqual([]);
  });

  test("a refusal is final", async () => {
    registry.failOnce(/^GET/, (response) => refuse(response, 403, "DENIED", "no"));
    await expect(client.getManifest(tagged(), signal)).rejects.toMatchObject({
      code: "RegistryUnauthorized",
    });
    expect(client.waits).toEqual([]);
  });

  test("nobody there is RegistryUnreachable, after all tries", async () => {
    const gone = { ...tagged(), host: "127.0.0.1:1" };
    await expect(client.getManifest(gone, signal)).rejects.toMatchObject({
      code: "RegistryUnreachable",
    });
    expect(client.waits).toHaveLength(4);
  });

  test("an abort ends a request that hangs, with the caller's reason", async () => {
    const stop = new AbortController();
    registry.faults.push(() => {
      stop.abort(new Error("enough"));
      return true;
    });
    await expect(client.getManifest(tagged(), stop.signal)).rejects.toThrow("enough");
  });

  test("a registry that hangs runs into the timeout", async () => {
    registry.faults.push(() => true);
    await using impatient = clientOf({ timeouts: { exchangeMs: 30 } });
    await expect(impatient.getManifest(tagged(), signal)).rejects.toMatchObject({
      code: "Timeout",
    });
  });
});

describe("tags", () => {
  test("none without a repository", async () => {
    expect(await client.listTags(name, signal)).toEqual([]);
  });

  test("pages are followed by Link, relative or absolute", async () => {
    const { host } = registry;
    registry.failOnce(/list\?n=1000$/, page(["a"], "/v2/team/app/tags/list?n=1000&last=a"));
    registry.failOnce(/last=a$/, page(["b"], `http://${host}/v2/team/app/tags/list?last=b`));
    registry.failOnce(/last=b$/, page(null));
    expect(await client.listTags(name, signal)).toEqual(["a", "b"]);
  });

  test.each([
    ["runs in a circle", "/v2/team/app/tags/list?n=1000", /more than 200 pages/],
    ["leads elsewhere", "https://other.example.com/x", /another host/],
  ])("a list that %s is refused", async (_what, next, message) => {
    registry.failTimes(300, /list/, (response) =>
      response.writeHead(200, { link: `<${next}>; rel="next"` }).end('{"tags":["a"]}'),
    );
    await expect(client.listTags(name, signal)).rejects.toThrow(message);
  });
});
