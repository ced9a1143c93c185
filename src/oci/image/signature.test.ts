import { generateKeyPairSync } from "node:crypto";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parseReference } from "../reference.ts";
import { clientOf } from "../testing/client-of.ts";
import { RegistryDouble } from "../testing/registry-double.ts";
import { releaseContent } from "../testing/release-content.ts";
import { signedPayload, signImage } from "../testing/sign-image.ts";
import { releaseImagesIn } from "./release-images.ts";
import { checkSignature, type SignedImage } from "./signature.ts";

const signal = AbortSignal.timeout(20_000);
const team = generateKeyPairSync("ec", { namedCurve: "P-256" });
const stranger = generateKeyPairSync("ec", { namedCurve: "P-256" });
const other = `sha256:${"0".repeat(64)}`;

let registry: RegistryDouble;
let client: ReturnType<typeof clientOf>;
let image: string;

beforeEach(async () => {
  registry = await RegistryDouble.start();
  client = clientOf();
  const { digest } = await releaseImagesIn(client).publish(releaseContent(registry.host), signal);
  image = `${registry.host}/releases/company/monorepo/auth@${digest}`;
});

afterEach(async () => {
  await client[Symbol.asyncDispose]();
  await registry[Symbol.asyncDispose]();
});

const check = (keys = [team.publicKey]) =>
  checkSignature(client, parseReference(image) as SignedImage, keys, signal);
const digest = () => image.slice(image.indexOf("@") + 1);

describe("checkSignature", () => {
  test("an image that a key signed passes, whichever of the keys it is", async () => {
    await signImage(client, image, team.privateKey, signal);
    await expect(check()).resolves.toBeUndefined();
    await expect(check([stranger.publicKey, team.publicKey])).resolves.toBeUndefined();
  });

  test("an image without a signature is told where one was looked for", async () => {
    await expect(check()).rejects.toMatchObject({
      code: "ImageNotSigned",
      message: expect.stringContaining(`:${digest().replace(":", "-")}.sig does not exist`),
    });
  });

  test.each([
    { key: stranger.privateKey, payload: () => signedPayload(digest()), because: "a stranger's" },
    { key: team.privateKey, payload: () => signedPayload(other), because: "of another image" },
    {
      key: team.privateKey,
      payload: () => ({ critical: { image: { "docker-manifest-digest": digest() }, type: "x" } }),
      because: "of something that is no image",
    },
    { key: team.privateKey, payload: () => [], because: "of nothing" },
  ])("a signature $because does not count", async ({ key, payload }) => {
    await signImage(client, image, key, signal, payload());
    await expect(check()).rejects.toMatchObject({ code: "ImageNotSigned" });
  });

  test("a payload that was changed after it was signed does not count", async () => {
    await signImage(client, image, team.privateKey, signal, signedPayload(other));
    const tag = `${digest().replace(":", "-")}.sig`;
    const { host, path } = parseReference(image);
    const signed = await client.getManifest({ host, path, tag }, signal);
    const text = Buffer.from(signed.bytes).toString("utf8");
    // The signature of one payload, said to be of another.
    await signImage(client, image, stranger.privateKey, signal);
    const forged = await client.getManifest({ host, path, tag }, signal);
    const signatureOf = (from: string) => /"([A-Za-z0-9+/=]{80,})"/.exec(from)?.[1] ?? "";
    const mixed = Buffer.from(forged.bytes)
      .toString("utf8")
      .replace(signatureOf(Buffer.from(forged.bytes).toString("utf8")), signatureOf(text));
    const { mediaType } = forged;
    const written = { mediaType, bytes: Buffer.from(mixed) };
    await client.putManifest({ host, path, tag }, written, signal);
    await expect(check()).rejects.toMatchObject({ code: "ImageNotSigned" });
  });

  test("what stands under the tag and is no list of signatures does not count", async () => {
    const { host, path } = parseReference(image);
    const tag = `${digest().replace(":", "-")}.sig`;
    const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, layers: "none" }));
    const mediaType = "application/vnd.oci.image.manifest.v1+json";
    await client.putManifest({ host, path, tag }, { mediaType, bytes }, signal);
    await expect(check()).rejects.toMatchObject({
      code: "ImageNotSigned",
      message: expect.stringContaining("is no list of signatures"),
    });
  });
});
