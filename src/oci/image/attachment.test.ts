import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { RegistryClient } from "../registry/registry-client.ts";
import { clientOf } from "../testing/client-of.ts";
import { RegistryDouble } from "../testing/registry-double.ts";
import { commit, releaseContent } from "../testing/release-content.ts";
import { attach, readAttachment } from "./attachment.ts";
import { publishRelease } from "./publish.ts";

const signal = AbortSignal.timeout(20_000);
const provenance = {
  artifactType: "application/vnd.in-toto+json",
  bytes: Buffer.from('{"_type":"https://in-toto.io/Statement/v1"}'),
  annotations: { "org.opencontainers.image.created": "2026-11-20T10:00:00Z" },
};

let registry: RegistryDouble;
let client: RegistryClient;
let release: { host: string; path: string; digest: string };

beforeEach(async () => {
  registry = await RegistryDouble.start();
  client = clientOf();
  const { digest } = await publishRelease(client, releaseContent(registry.host), signal);
  release = { host: registry.host, path: "releases/company/monorepo/auth", digest };
});

afterEach(async () => {
  await client[Symbol.asyncDispose]();
  await registry[Symbol.asyncDispose]();
});

describe("an attachment", () => {
  test("is listed and read back; the release stays what it was", async () => {
    const { digest: _digest, ...place } = release;
    const made = await attach(client, { ...place, tag: commit }, provenance, signal);
    expect(await client.listReferrers(release, provenance.artifactType, signal)).toEqual([made]);
    expect(await client.listReferrers(release, "text/plain", signal)).toEqual([]);
    expect(await readAttachment(client, release, made, signal)).toEqual({
      ...provenance,
      mediaType: provenance.artifactType,
    });
    expect((await client.headManifest({ ...place, tag: commit }, signal))?.digest).toBe(
      release.digest,
    );
  });

  test("made twice is one", async () => {
    const first = await attach(client, release, provenance, signal);
    expect(await attach(client, release, provenance, signal)).toEqual(first);
    expect(await client.listReferrers(release, undefined, signal)).toHaveLength(1);
  });

  test("of something else is refused", async () => {
    const made = await attach(client, release, provenance, signal);
    const other = { ...release, digest: made.digest };
    await expect(readAttachment(client, other, made, signal)).rejects.toThrow(/belongs to sha256/);
  });

  test("the release itself is no attachment", async () => {
    const self = { mediaType: "x", digest: release.digest, size: 1 };
    await expect(readAttachment(client, release, self, signal)).rejects.toMatchObject({
      code: "ImageInvalid",
    });
  });

  test("of nothing is an error", async () => {
    const nothing = { ...release, digest: `sha256:${"0".repeat(64)}` };
    await expect(attach(client, nothing, provenance, signal)).rejects.toMatchObject({
      code: "ImageNotFound",
    });
  });
});
