// A skipped test fails CI: a test of something that a registry does not have is left out instead.
// oxlint-disable vitest/no-conditional-tests
import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ownNetwork } from "../../../src/network/index.ts";
import {
  attach,
  credentialsFromDockerConfig,
  parseReference,
  RegistryClient,
  readAttachment,
  releaseImagesIn,
} from "../../../src/oci/index.ts";
import { commit, releaseContent } from "../../../src/oci/testing/release-content.ts";
import {
  createCertificate,
  hasProgram,
  type Registry,
  type RegistryOptions,
  startRegistry,
  startTokenServer,
  type TestCertificate,
  type TokenServer,
} from "../../ground/index.ts";

const username = "forge";
const password = "s3cret-of-the-tests";
/** That password by bcrypt, which is the one form that distribution reads. */
const htpasswd = `${username}:$2b$04$CrhEbEbsQ5fff/ZlQsbsHO32Nufl1HQkhsr0e5SgTwTjJg9rZtU/S\n`;
const identityToken = "identity-token-of-the-tests";

type Auth = "none" | "basic" | "token" | "identity token";

const setups: readonly [
  what: string,
  program: NonNullable<RegistryOptions["program"]>,
  isTls: boolean,
  auth: Auth,
][] = [
  ["distribution v3", "distribution", false, "none"],
  ["crane registry serve", "crane", false, "none"],
  ["Debian's distribution 2.8", "debian", false, "none"],
  ["distribution v3 with TLS and a password", "distribution", true, "basic"],
  ["distribution v3 with TLS and tokens", "distribution", true, "token"],
  ["distribution v3 with TLS and an identity token", "distribution", true, "identity token"],
  ["distribution v3 with tokens", "distribution", false, "token"],
  ["distribution 2.8 with TLS and a password", "debian", true, "basic"],
  ["distribution 2.8 with TLS and tokens", "debian", true, "token"],
];

let folder: string;
let certificate: TestCertificate;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "forge-registries-"));
  certificate = createCertificate(folder, "forge-test");
  writeFileSync(join(folder, "htpasswd"), htpasswd);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ofDebian = setups.filter(([, program]) => program === "debian");
describe.each(setups.filter((setup) => !ofDebian.includes(setup)))("%s", (...setup) => {
  judge(...setup);
});
describe.skipIf(!hasProgram("docker-registry")).each(ofDebian)("%s", (...setup) => {
  judge(...setup);
});

function judge(...[what, program, isTls, auth]: (typeof setups)[number]): void {
  const signal = AbortSignal.timeout(100_000);
  let registry: Registry;
  let tokens: TokenServer | undefined;
  let client: RegistryClient;

  beforeAll(async () => {
    const tls = isTls ? { tls: certificate } : {};
    if (auth.endsWith("token")) {
      tokens = await startTokenServer({
        ...{ ...tls, signer: certificate, username, password, identityToken },
      });
    }
    const basic = { htpasswd: { realm: "forge", path: join(folder, "htpasswd") } };
    registry = await startRegistry(join(folder, what.replaceAll(/[^a-z0-9]+/gi, "-")), {
      program,
      ...tls,
      ...(auth === "basic" && { auth: basic }),
      ...(tokens && { auth: tokens.registryConfig }),
    });
    client = clientWith(
      auth === "identity token"
        ? { identitytoken: identityToken }
        : { auth: Buffer.from(`${username}:${password}`).toString("base64") },
    );
  });

  afterAll(async () => {
    await client?.[Symbol.asyncDispose]();
    await registry?.process.stop();
    await tokens?.stop();
  });

  function clientWith(entry: object, ca: string = certificate.cert): RegistryClient {
    const hosts = [registry.host, tokens?.host ?? registry.host];
    return new RegistryClient({
      network: ownNetwork(),
      credentials: credentialsFromDockerConfig(
        JSON.stringify({ auths: { [registry.host]: entry } }),
      ),
      // Loopback is plain http unless it has settings of its own.
      ...(isTls && { hosts: Object.fromEntries(hosts.map((host) => [host, { ca }])) }),
      uploadChunkBytes: 1 << 20,
    });
  }

  test("answers a ping", async () => {
    await expect(client.ping(registry.host, signal)).resolves.toBeUndefined();
  });

  test("a release is published, read back verified, and adopted when it is there", async () => {
    const images = releaseImagesIn(client);
    const content = releaseContent(registry.host);
    const published = await images.publish(content, signal);
    expect(published).toMatchObject({ number: 42, adopted: false });
    for (const ref of [
      published.ref,
      published.ref.replace(`:${commit}`, `@${published.digest}`),
    ]) {
      const image = await images.read(ref, signal);
      expect(image.digest).toBe(published.digest);
      expect(image.files.map(({ yaml }) => yaml)).toEqual(content.objects.map(({ yaml }) => yaml));
    }
    expect(await images.publish(content, signal)).toEqual({ ...published, adopted: true });
    const other = { ...content, objects: content.objects.slice(1) };
    await expect(images.publish(other, signal)).rejects.toMatchObject({ code: "ImageTaken" });
    const repository = published.ref.slice(0, published.ref.lastIndexOf(":"));
    expect(await images.highestNumber(repository, signal)).toBe(42);
    expect(await client.listTags(parseReference(repository), signal)).toContain(commit);
  });

  test("two controllers that push one release at once end with one image", async () => {
    const content = releaseContent(registry.host);
    const race = { ...content, source: { ...content.source, project: "race" } };
    const both = await Promise.all(
      [client, client].map((each) => releaseImagesIn(each).publish(race, signal)),
    );
    expect(new Set(both.map(({ digest }) => digest)).size).toBe(1);
  });

  test("a large blob goes up in pieces, is mounted elsewhere, streamed back and deleted", async () => {
    const bytes = randomBytes((3 << 20) + 17);
    const digest = `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
    const [name, other] = ["large", "mounted"].map((path) => ({ host: registry.host, path }));
    if (name === undefined || other === undefined) throw new Error("there are two");
    await client.putBlob(name, digest, bytes, signal);
    expect(await client.headBlob(name, digest, signal)).toBe(bytes.byteLength);
    await client.putBlob(other, digest, bytes, signal, { mountFrom: "large" });
    const descriptor = { mediaType: "application/octet-stream", digest, size: bytes.byteLength };
    const hash = createHash("sha256");
    for await (const chunk of client.streamBlob(other, descriptor, signal)) hash.update(chunk);
    expect(`sha256:${hash.digest("hex")}`).toBe(digest);
    expect(await client.deleteBlob(other, digest, signal)).toBe(true);
    expect(await client.headBlob(other, digest, signal)).toBeUndefined();
  });

  test("what is attached to a release is listed by type and read back", async () => {
    const images = releaseImagesIn(client);
    const content = releaseContent(registry.host);
    const { ref, digest } = await images.publish(
      { ...content, source: { ...content.source, project: "attached" } },
      signal,
    );
    const { host, path } = parseReference(ref);
    const subject = { host, path, digest };
    const made = await Promise.all(
      ["a", "b", "c"].map((kind) =>
        attach(
          client,
          subject,
          { artifactType: `application/vnd.example.${kind}`, bytes: Buffer.from(kind) },
          signal,
        ),
      ),
    );
    const listed = await client.listReferrers(subject, undefined, signal);
    expect(listed.map((one) => one.digest).toSorted()).toEqual(
      made.map((one) => one.digest).toSorted(),
    );
    const [only, ...none] = await client.listReferrers(
      subject,
      "application/vnd.example.b",
      signal,
    );
    expect(none).toEqual([]);
    if (only === undefined) throw new Error("it was attached");
    const { bytes } = await readAttachment(client, subject, only, signal);
    expect(Buffer.from(bytes).toString()).toBe("b");
    expect(await client.deleteManifest({ host, path, digest: only.digest }, signal)).toBe(true);
    expect(await client.headManifest({ host, path, digest: only.digest }, signal)).toBeUndefined();
  });

  test("a manifest gets several tags", async () => {
    const name = { host: registry.host, path: "releases/company/monorepo/auth" };
    const found = await client.getManifest({ ...name, tag: commit }, signal);
    await client.putTaggedManifest(name, found, ["first", "second"], signal);
    for (const tag of ["first", "second"]) {
      expect(await client.headManifest({ ...name, tag }, signal)).toMatchObject({
        digest: found.digest,
      });
    }
  });

  test("what is not there is not found", async () => {
    const name = { host: registry.host, path: "releases/company/monorepo/auth" };
    const digest = `sha256:${"0".repeat(64)}`;
    expect(await client.headManifest({ ...name, digest }, signal)).toBeUndefined();
    expect(await client.headBlob(name, digest, signal)).toBeUndefined();
    await expect(client.getManifest({ ...name, digest }, signal)).rejects.toMatchObject({
      code: "ImageNotFound",
    });
    expect(await client.listTags({ ...name, path: "nothing/here" }, signal)).toEqual([]);
  });

  if (auth !== "none")
    test("a wrong password writes nothing", async () => {
      await using stranger = clientWith({ auth: Buffer.from("forge:wrong").toString("base64") });
      const name = { host: registry.host, path: "secret" };
      const put = stranger.putBlob(name, `sha256:${"0".repeat(64)}`, Buffer.from("x"), signal);
      await expect(put).rejects.toMatchObject({ code: "RegistryUnauthorized" });
    });

  if (auth.endsWith("token"))
    test("one token serves many requests", async () => {
      const { asked } = tokens ?? { asked: [] };
      const scopes = asked.filter((line) => line.endsWith("repository:large:pull,push"));
      expect(scopes).toHaveLength(1);
      const posts = asked.filter((line) => line.startsWith("POST refresh_token"));
      expect(posts.length > 0).toBe(auth === "identity token");
    });

  if (isTls)
    test("a certificate that nobody vouched for ends the connection", async () => {
      const stranger = createCertificate(folder, "stranger");
      await using distrustful = clientWith({}, stranger.cert);
      await expect(distrustful.ping(registry.host, signal)).rejects.toMatchObject({
        code: "RegistryUnreachable",
        message: expect.stringMatching(/certificate/),
      });
    });
}
