import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { RepositoryName } from "../reference.ts";
import { clientOf } from "../testing/client-of.ts";
import { RegistryDouble, refuse, sha256 } from "../testing/registry-double.ts";
import { RegistryError } from "./registry-error.ts";
import { parseWarnings } from "./warnings.ts";

const manifestType = "application/vnd.oci.image.manifest.v1+json";
const manifest = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: manifestType }));
const signal = AbortSignal.timeout(20_000);

let registry: RegistryDouble;
let name: RepositoryName;
let client: ReturnType<typeof clientOf>;

beforeEach(async () => {
  registry = await RegistryDouble.start();
  registry.setManifest("team/app", "v1", manifest, manifestType);
  name = { host: registry.host, path: "team/app" };
  client = clientOf();
});

afterEach(async () => {
  await client[Symbol.asyncDispose]();
  await registry[Symbol.asyncDispose]();
});

describe("ping", () => {
  test("a registry answers", async () => {
    registry.failOnce(/^GET \/v2\/$/, (response) => response.end("{}"));
    await expect(client.ping(registry.host, signal)).resolves.toBeUndefined();
  });

  test("something else than a registry is an error", async () => {
    await expect(client.ping(registry.host, signal)).rejects.toMatchObject({ status: 404 });
  });
});

describe("errors", () => {
  test.each([
    [400, "NAME_INVALID", "RegistryRefused"],
    [400, "BLOB_UNKNOWN", "ImageNotFound"],
    [400, "DENIED", "RegistryUnauthorized"],
    [403, "X", "RegistryUnauthorized"],
  ])("%d %s is %s, with the registry's own code", async (status, wire, code) => {
    registry.failOnce(/^GET/, (response) => refuse(response, status, wire, "no"));
    const error = await client.getManifest({ ...name, tag: "v1" }, signal).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(RegistryError);
    expect(error).toMatchObject({ code, status, codes: [wire] });
  });

  test.each([
    ["TOOMANYREQUESTS", "slow down"],
    ["MANIFEST_BLOB_UNKNOWN", "another is still writing it"],
  ])("%s may pass, whatever its status: %s", async (code, message) => {
    registry.failOnce(/^GET/, (response) => refuse(response, 400, code, message));
    await client.getManifest({ ...name, tag: "v1" }, signal);
    expect(client.waits).toEqual([250]);
  });

  test("a long answer that is no JSON is cut", async () => {
    registry.failOnce(/^GET/, (response) => response.writeHead(400).end("x".repeat(7_000)));
    const read = client.getManifest({ ...name, tag: "v1" }, signal);
    const error = await read.catch((e: unknown) => e as Error);
    expect((error as Error).message.length).toBeLessThan(700);
  });
});

describe("deletion", () => {
  test.each([
    [202, true],
    [404, false],
  ])("%d is %j", async (status, expected) => {
    registry.failTimes(2, /^DELETE/, (response) => response.writeHead(status).end());
    const digest = sha256(manifest);
    expect(await client.deleteManifest({ ...name, digest }, signal)).toBe(expected);
    expect(await client.deleteBlob(name, digest, signal)).toBe(expected);
  });

  test("a registry that does not delete is an error", async () => {
    registry.failOnce(/^DELETE/, (response) => refuse(response, 405, "UNSUPPORTED", "no"));
    await expect(client.deleteManifest({ ...name, tag: "v1" }, signal)).rejects.toMatchObject({
      status: 405,
      codes: ["UNSUPPORTED"],
    });
  });
});

describe("warnings", () => {
  test("each is logged once", async () => {
    const log = {
      debug: vi.fn<(fields: object, message: string) => void>(),
      warn: vi.fn<(fields: object, message: string) => void>(),
    };
    await using noisy = clientOf({ log });
    registry.faults.push((_request, response) => {
      response.setHeader("warning", ['299 - "this registry \\"moves\\""', '199 - "not this"']);
      return false;
    });
    await noisy.getManifest({ ...name, tag: "v1" }, signal);
    await noisy.getManifest({ ...name, tag: "v1" }, signal);
    expect(log.warn.mock.calls).toEqual([
      [{ registry: registry.host, warning: 'this registry "moves"' }, "the registry warns"],
    ]);
  });

  test("several in one header", () => {
    expect(parseWarnings('299 - "a, b", 299 - "c" "Wed, 21 Oct 2026 07:28:00 GMT"')).toEqual([
      "a, b",
      "c",
    ]);
  });
});

describe("hostile answers", () => {
  test("a manifest of 100 MB is not read to its end", async () => {
    let sent = 0;
    const closed = Promise.withResolvers<void>();
    registry.failOnce(/^GET/, (response) => {
      response.writeHead(200, { "content-type": manifestType, "content-length": 100e6 });
      response.once("close", () => closed.resolve());
      const more = (): void => {
        sent += 1 << 20;
        if (sent < 100e6 && !response.destroyed) response.write(Buffer.alloc(1 << 20, 32), more);
      };
      more();
    });
    const read = client.getManifest({ ...name, tag: "v1" }, signal);
    await expect(read).rejects.toMatchObject({ code: "ImageInvalid" });
    await closed.promise;
    expect(sent).toBeLessThan(32e6);
  });

  test("a registry that asks for a password for ever is left", async () => {
    registry.faults.push((_request, response) => {
      response.writeHead(401, { "www-authenticate": 'Basic realm="x"' }).end();
      return true;
    });
    await expect(client.getManifest({ ...name, tag: "v1" }, signal)).rejects.toMatchObject({
      code: "RegistryUnauthorized",
    });
    expect(registry.seen).toHaveLength(1);
  });

  test("a redirect to where clouds keep credentials is not followed", async () => {
    registry.failOnce(/^GET/, (response) =>
      response.writeHead(307, { location: "http://169.254.169.254/latest/meta-data" }).end(),
    );
    await expect(client.getManifest({ ...name, tag: "v1" }, signal)).rejects.toThrow(/link-local/);
  });

  test("a manifest that is stored as another is noticed", async () => {
    registry.failOnce(/^PUT/, (response) =>
      response.writeHead(201, { "docker-content-digest": sha256(Buffer.from("x")) }).end(),
    );
    const put = client.putManifest(
      { ...name, tag: "v2" },
      { mediaType: manifestType, bytes: manifest },
      signal,
    );
    await expect(put).rejects.toMatchObject({ code: "ImageInvalid" });
  });
});
