import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { load } from "js-yaml";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { releaseImagesIn } from "../oci/index.ts";
import { clientOf } from "../oci/testing/client-of.ts";
import { RegistryDouble } from "../oci/testing/registry-double.ts";
import { releaseContent } from "../oci/testing/release-content.ts";
import { signImage } from "../oci/testing/sign-image.ts";
import { BlobStore } from "./cache/blob-store.ts";
import { ManifestCache } from "./cache/manifest-cache.ts";
import { ManifestGenerator } from "./manifest-generator.ts";
import { defaultPathTemplate } from "./pointer-path.ts";
import type { ContentOrigin } from "./ports.ts";
import { pointerFile, pointerFolder } from "./testing/pointer-file.ts";

const signal = AbortSignal.timeout(20_000);
const object = (name: string) => ({
  kind: "ConfigMap",
  name,
  yaml: `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n`,
});

let registry: RegistryDouble;
let client: ReturnType<typeof clientOf>;
let folder: string;
let reads: ContentOrigin[];
let image: { repository: string; digest: string };

beforeEach(async () => {
  registry = await RegistryDouble.start();
  client = clientOf();
  folder = mkdtempSync(join(tmpdir(), "forge-plugin-"));
  reads = [];
  const content = releaseContent(registry.host, { objects: [object("b"), object("a")] });
  const { digest } = await releaseImagesIn(client).publish(content, signal);
  image = { repository: `${registry.host}/releases/company/monorepo/auth`, digest };
  registry.seen.length = 0;
});

afterEach(async () => {
  await client[Symbol.asyncDispose]();
  await registry[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true, force: true });
});

/** A plugin that was just started, on the same disk. */
function start(signatureKeys: readonly KeyObject[] = []): ManifestGenerator {
  const log = { warn: () => undefined };
  return new ManifestGenerator({
    registry: client,
    allowedRegistries: [`${registry.host}/releases`],
    pathTemplates: [defaultPathTemplate],
    signatureKeys,
    cache: new ManifestCache(1 << 20),
    store: new BlobStore({ folder, maxBytes: 1 << 20, log, now: Date.now }),
    observer: {
      retried: () => undefined,
      read: (origin) => void reads.push(origin),
      made: () => undefined,
    },
    random: () => 0.5,
    sleep: async (_ms, signal) => signal.throwIfAborted(),
  });
}

const request = (more: object = {}) => ({
  path: pointerFolder,
  pointer: pointerFile({ image, ...more }),
});
const names = (manifests: readonly string[]) =>
  manifests.map((text) => (JSON.parse(text) as { metadata: { name: string } }).metadata.name);

describe("ManifestGenerator", () => {
  test("gives the release's manifests in their order, the EnvironmentConfig last", async () => {
    const environmentConfig =
      "apiVersion: apiextensions.crossplane.io/v1beta1\nkind: EnvironmentConfig\nmetadata: {name: production}\n";
    const manifests = await start().generate({ ...request(), environmentConfig }, signal);
    expect(names(manifests.slice(0, 2))).toEqual(["b", "a"]);
    expect(manifests.slice(2).map((manifest) => JSON.parse(manifest))).toEqual([
      load(environmentConfig),
    ]);
  });

  test("what is warm asks nobody", async () => {
    const generator = start();
    const first = await generator.generate(request(), signal);
    expect(registry.seen.length).toBeGreaterThan(0);
    registry.seen.length = 0;
    expect(await generator.generate(request(), signal)).toEqual(first);
    expect(registry.seen).toEqual([]);
    expect(reads).toEqual(["registry", "memory"]);
  });

  test("a plugin that starts anew reads from disk, for another environment too", async () => {
    await start().generate(request(), signal);
    registry.seen.length = 0;
    const staging = {
      path: pointerFolder.replace("production", "staging"),
      pointer: pointerFile({ image, environment: "staging" }),
    };
    const [first = ""] = await start().generate(staging, signal);
    expect(JSON.parse(first)).toMatchObject({
      metadata: { annotations: { "forge.dev/environment": "staging" } },
    });
    expect(registry.seen).toEqual([]);
    expect(reads).toEqual(["registry", "disk"]);
  });

  test("what was changed on disk is read from the registry again", async () => {
    const expected = await start().generate(request(), signal);
    for (const name of readdirSync(folder)) writeFileSync(join(folder, name), "{}");
    expect(await start().generate(request(), signal)).toEqual(expected);
    expect(reads).toEqual(["registry", "registry"]);
  });

  test("a registry that is down is waited for, and not needed for what is known", async () => {
    let faults = 12;
    registry.faults.push((_request, response) => {
      if (faults === 0) return false;
      faults -= 1;
      response.writeHead(503).end();
      return true;
    });
    const generator = start();
    expect(await generator.generate(request(), signal)).toHaveLength(2);
    faults = Number.POSITIVE_INFINITY;
    expect(await generator.generate(request(), signal)).toHaveLength(2);
    expect(await start().generate(request(), signal)).toHaveLength(2);
  });

  test("a release of another project under the same digest is refused, also from the cache", async () => {
    const generator = start();
    await generator.generate(request(), signal);
    const web = {
      path: pointerFolder.replace("auth", "web"),
      pointer: pointerFile({
        project: "web",
        image: { ...image, repository: image.repository.replace("auth", "web") },
      }),
    };
    for (const each of [generator, start()]) {
      await expect(each.generate(web, signal)).rejects.toMatchObject({
        code: "ImageInvalid",
        message: expect.stringMatching(/is a release of project auth, not of web/),
      });
    }
  });

  test.each([
    { more: { release: "f".repeat(40) }, code: "ImageInvalid", because: "of another commit" },
    { more: { environment: "staging" }, code: "PointerFileInvalid", because: "elsewhere" },
    {
      more: { image: { repository: "evil.example.com/x", digest: `sha256:${"d".repeat(64)}` } },
      code: "ImageNotAllowed",
      because: "of another registry",
    },
  ])("refuses a pointer $because", async ({ more, code }) => {
    await expect(start().generate(request(more), signal)).rejects.toMatchObject({ code });
  });

  test("with a key an image must be signed by it, also one that the disk holds", async () => {
    await start().generate(request(), signal);
    const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
    const generator = start([publicKey]);
    await expect(generator.generate(request(), signal)).rejects.toMatchObject({
      code: "ImageNotSigned",
    });
    await signImage(client, `${image.repository}@${image.digest}`, privateKey, signal);
    expect(await generator.generate(request(), signal)).toHaveLength(2);
    registry.seen.length = 0;
    expect(await generator.generate(request(), signal)).toHaveLength(2);
    expect(registry.seen).toEqual([]);
  });

  test("a digest that is not there is an error of its own", async () => {
    const gone = { ...image, digest: `sha256:${"0".repeat(64)}` };
    await expect(start().generate(request({ image: gone }), signal)).rejects.toMatchObject({
      code: "ImageNotFound",
    });
  });
});
