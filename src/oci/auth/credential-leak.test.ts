import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { RegistryClient } from "../registry/registry-client.ts";
import { clientOf } from "../testing/client-of.ts";
import { RegistryDouble, sha256 } from "../testing/registry-double.ts";
import { credentialsFromDockerConfig } from "./docker-config.ts";

const manifestType = "application/vnd.oci.image.manifest.v1+json";
const manifest = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: manifestType }));
const blob = Buffer.from("a blob");
const password = `Basic ${Buffer.from("alice:pa:ss").toString("base64")}`;
const signal = AbortSignal.timeout(20_000);

let registry: RegistryDouble;
let other: RegistryDouble;
let client: RegistryClient;

beforeEach(async () => {
  registry = await RegistryDouble.start();
  other = await RegistryDouble.start();
  registry.setManifest("team/app", "v1", manifest, manifestType);
  client = clientOf({ credentials: credentialsFor(registry.host) });
});

afterEach(async () => {
  await client[Symbol.asyncDispose]();
  await registry[Symbol.asyncDispose]();
  await other[Symbol.asyncDispose]();
});

function credentialsFor(host: string): ReturnType<typeof credentialsFromDockerConfig> {
  const auth = Buffer.from("alice:pa:ss").toString("base64");
  return credentialsFromDockerConfig(JSON.stringify({ auths: { [host]: { auth } } }));
}

function reference(): { host: string; path: string; tag: string } {
  return { host: registry.host, path: "team/app", tag: "v1" };
}

/** Refuses everything under /v2/ that does not carry this header. */
function require(authorization: () => string, challenge: string): void {
  registry.faults.push((request, response) => {
    if (!request.url.startsWith("/v2/")) return false;
    if (request.headers.authorization === authorization()) return false;
    response.writeHead(401, { "www-authenticate": challenge }).end();
    return true;
  });
}

describe("credentials stay at home", () => {
  test("a redirect to another origin carries none", async () => {
    require(() => password, "Basic");
    other.blobs.set(sha256(blob), blob);
    const away = `http://${other.host}/v2/team/app/blobs/${sha256(blob)}`;
    registry.faults.push((request, response) => {
      if (!request.url.includes("/blobs/")) return false;
      response.writeHead(307, { location: away }).end();
      return true;
    });
    const descriptor = { mediaType: "text/plain", digest: sha256(blob), size: blob.byteLength };
    const read = await client.getBlob(reference(), descriptor, signal);
    expect(Buffer.from(read)).toEqual(blob);
    expect(registry.seen.at(-1)?.authorization).toBe(password);
    expect(other.seen.map((request) => request.authorization)).toEqual([undefined]);
  });

  test("another origin that asks for a password after a redirect gets none", async () => {
    other.faults.push((_request, response) => {
      response.writeHead(401, { "www-authenticate": "Basic" }).end();
      return true;
    });
    registry.faults.push((_request, response) => {
      response.writeHead(307, { location: `http://${other.host}/x` }).end();
      return true;
    });
    await expect(client.getManifest(reference(), signal)).rejects.toMatchObject({
      code: "RegistryUnauthorized",
    });
    expect(other.seen.map((request) => request.authorization)).toEqual([undefined]);
  });

  test("nor does an upload to another origin", async () => {
    require(() => password, "Basic");
    registry.faults.push((request, response) => {
      if (request.method !== "POST") return false;
      response.writeHead(202, { location: `http://${other.host}/put` }).end();
      return true;
    });
    other.failOnce(/^PUT/, (response) => response.writeHead(201).end());
    await client.putBlob(reference(), sha256(blob), blob, signal);
    expect(other.seen.map((request) => request.authorization)).toEqual([undefined]);
  });

  test("circles end", async () => {
    registry.faults.push((request, response) => {
      response.writeHead(307, { location: request.url }).end();
      return true;
    });
    await expect(client.getManifest(reference(), signal)).rejects.toThrow(/in circles/);
  });
});
