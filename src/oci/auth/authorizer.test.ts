import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ownNetwork } from "../../network/index.ts";
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
  client = clientOf({
    credentials: credentialsFor(registry.host),
    network: ownNetwork({
      lookup: (_name, _options, answer) => answer(null, [{ address: "192.168.1.1", family: 4 }]),
    }),
  });
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

/** The scopes of each request for a token. */
function askedScopes(): string[][] {
  return registry.seen
    .filter(({ path }) => path.startsWith("/token"))
    .map(({ path }) => new URL(path, "http://x").searchParams.getAll("scope"));
}

/** Answers token requests; the nth token is t<n>. */
function giveTokens(double: RegistryDouble, more: object = {}): () => number {
  let given = 0;
  double.faults.push((request, response) => {
    if (!request.url.startsWith("/token")) return false;
    given += 1;
    response.end(JSON.stringify({ token: `t${given}`, ...more }));
    return true;
  });
  return () => given;
}

function bearer(realm: string): string {
  return `Bearer realm="${realm}",service="the registry",scope="repository:team/app:pull"`;
}

describe("Basic", () => {
  test("the password is sent when asked for, then without asking", async () => {
    require(() => password, 'Basic realm="x"');
    await client.getManifest(reference(), signal);
    await client.getManifest(reference(), signal);
    expect(registry.seen.map((request) => request.authorization)).toEqual([
      undefined,
      password,
      password,
    ]);
  });

  test("a wrong password is tried once", async () => {
    require(() => "Basic bm90OnRoaXM=", "Basic");
    await expect(client.getManifest(reference(), signal)).rejects.toMatchObject({
      code: "RegistryUnauthorized",
    });
    expect(registry.seen).toHaveLength(2);
  });

  test("without credentials the error says so", async () => {
    require(() => password, "Basic");
    await using stranger = clientOf();
    await expect(stranger.getManifest(reference(), signal)).rejects.toThrow(/asks for a password/);
  });
});

describe("Bearer", () => {
  test("one token serves all who wait, and lasts", async () => {
    const given = giveTokens(registry, { expires_in: 300 });
    require(() => "Bearer t1", bearer(`http://${registry.host}/token`));
    await Promise.all(Array.from({ length: 6 }, () => client.getManifest(reference(), signal)));
    await client.getManifest(reference(), signal);
    expect(given()).toBe(1);
    const asked = registry.seen.find(({ path }) => path.startsWith("/token"));
    expect(asked).toMatchObject({
      path: "/token?service=the+registry&scope=repository%3Ateam%2Fapp%3Apull",
      authorization: password,
    });
  });

  test("a token is replaced in the last tenth of its life, before it is refused", async () => {
    let now = 0;
    await using clocked = clientOf({ credentials: credentialsFor(registry.host), now: () => now });
    const given = giveTokens(registry, { expires_in: 100 });
    registry.faults.push((request, response) => {
      if (!request.url.startsWith("/v2/") || request.headers.authorization !== undefined) {
        return false;
      }
      const challenge = bearer(`http://${registry.host}/token`);
      response.writeHead(401, { "www-authenticate": challenge }).end();
      return true;
    });
    await clocked.getManifest(reference(), signal);
    now = 89_000;
    await clocked.getManifest(reference(), signal);
    expect(given()).toBe(1);
    now = 91_000;
    await clocked.getManifest(reference(), signal);
    expect(given()).toBe(2);
  });

  test("a token that was revoked is replaced once", async () => {
    const given = giveTokens(registry, { expires_in: 300 });
    let valid = 1;
    require(() => `Bearer t${valid}`, bearer(`http://${registry.host}/token`));
    await client.getManifest(reference(), signal);
    valid = 2;
    await client.getManifest(reference(), signal);
    expect(given()).toBe(2);
    valid = 9;
    await expect(client.getManifest(reference(), signal)).rejects.toMatchObject({
      code: "RegistryUnauthorized",
    });
    expect(given()).toBe(3);
  });

  test("writing asks for more than reading, and its token serves reading too", async () => {
    giveTokens(registry);
    registry.faults.push((request, response) => {
      if (!request.url.startsWith("/v2/") || request.headers.authorization !== undefined)
        return false;
      const challenge = `Bearer realm="http://${registry.host}/token"`;
      response.writeHead(401, { "www-authenticate": challenge }).end();
      return true;
    });
    await client.getManifest(reference(), signal);
    await client.putBlob(reference(), sha256(blob), blob, signal);
    await client.getManifest(reference(), signal);
    expect(askedScopes()).toEqual([
      ["repository:team/app:pull"],
      ["repository:team/app:pull,push"],
    ]);
    expect(registry.seen.at(-1)?.authorization).toBe("Bearer t2");
  });

  test("one token serves a mount from another repository", async () => {
    giveTokens(registry);
    require(() => "Bearer t1", bearer(`http://${registry.host}/token`));
    const mountFrom = "team/other";
    registry.failOnce(/mount=/, (response) => response.writeHead(201).end());
    await client.putBlob(reference(), sha256(blob), blob, signal, { mountFrom });
    expect(askedScopes()).toEqual([
      ["repository:team/app:pull,push", "repository:team/other:pull"],
    ]);
    expect(registry.blobs.size).toBe(0);
  });

  test("scopes that a second challenge adds are asked for, once", async () => {
    giveTokens(registry);
    const realm = `http://${registry.host}/token`;
    let more = 0;
    registry.faults.push((request, response) => {
      if (!request.url.startsWith("/v2/")) return false;
      more += 1;
      const scope = `repository:team/app:pull repository:team/base-${more}:pull`;
      const challenge = `Bearer realm="${realm}",scope="${scope}",error="insufficient_scope"`;
      response.writeHead(401, { "www-authenticate": challenge }).end();
      return true;
    });
    await expect(client.getManifest(reference(), signal)).rejects.toMatchObject({
      code: "RegistryUnauthorized",
    });
    expect(askedScopes()).toEqual([
      ["repository:team/app:pull", "repository:team/base-1:pull"],
      ["repository:team/app:pull", "repository:team/base-2:pull"],
    ]);
  });

  test("an identity token is exchanged by POST, and never sent to the registry", async () => {
    const bodies: string[] = [];
    registry.faults.push((request, response, body) => {
      if (!request.url.startsWith("/token")) return false;
      bodies.push(`${request.method} ${body.toString()}`);
      response.end('{"access_token":"t1"}');
      return true;
    });
    require(() => "Bearer t1", bearer(`http://${registry.host}/token`));
    const config = { auths: { [registry.host]: { identitytoken: "idt-1" } } };
    await using holder = clientOf({
      credentials: credentialsFromDockerConfig(JSON.stringify(config)),
    });
    await holder.getManifest(reference(), signal);
    expect(bodies).toEqual([
      "POST grant_type=refresh_token&refresh_token=idt-1&client_id=forge&service=the+registry&scope=repository%3Ateam%2Fapp%3Apull",
    ]);
    expect(registry.seen.map(({ authorization }) => authorization)).not.toContain("idt-1");
  });

  test("a token server that knows OAuth2 alone gets the password by POST", async () => {
    registry.faults.push((request, response, body) => {
      if (!request.url.startsWith("/token")) return false;
      const isRight =
        request.method === "POST" &&
        body.toString().startsWith("grant_type=password&username=alice&password=pa%3Ass&");
      if (isRight) response.end('{"access_token":"t1"}');
      else response.writeHead(405).end();
      return true;
    });
    require(() => "Bearer t1", bearer(`http://${registry.host}/token`));
    await expect(client.getManifest(reference(), signal)).resolves.toBeDefined();
  });

  test("of several challenges, the token is preferred to the password", async () => {
    giveTokens(registry);
    const realm = `http://${registry.host}/token`;
    require(() => "Bearer t1", `Basic realm="a, b", Bearer realm="${realm}",service="s"`);
    await client.getManifest(reference(), signal);
    expect(registry.seen.at(-1)?.authorization).toBe("Bearer t1");
  });

  test("a request for a token that is sent on elsewhere is not repeated there", async () => {
    const elsewhere = `http://${other.host}/token`;
    registry.failTimes(9, /token/, (response) =>
      response.writeHead(307, { location: elsewhere }).end(),
    );
    require(() => "Bearer t1", bearer(`http://${registry.host}/token`));
    await expect(client.getManifest(reference(), signal)).rejects.toThrow(/sends a secret on/);
    expect(other.seen).toEqual([]);
  });

  test("anonymous tokens are asked for without a password", async () => {
    giveTokens(registry);
    require(() => "Bearer t1", bearer(`http://${registry.host}/token`));
    await using stranger = clientOf();
    await stranger.getManifest(reference(), signal);
    expect(
      registry.seen.find(({ path }) => path.startsWith("/token"))?.authorization,
    ).toBeUndefined();
  });

  test("one caller's abort does not fail the others", async () => {
    const stop = new AbortController();
    const asked = Promise.withResolvers<() => void>();
    registry.faults.push((request, response) => {
      if (!request.url.startsWith("/token")) return false;
      asked.resolve(() => response.end('{"token":"t1"}'));
      return true;
    });
    require(() => "Bearer t1", bearer(`http://${registry.host}/token`));
    const first = client.getManifest(reference(), stop.signal);
    const second = client.getManifest(reference(), signal);
    const release = await asked.promise;
    stop.abort(new Error("enough"));
    await expect(first).rejects.toThrow("enough");
    release();
    await expect(second).resolves.toMatchObject({ mediaType: manifestType });
    expect(registry.count(/token/)).toBe(1);
  });

  test.each([
    ["another plain http host", "http://169.254.169.254/token"],
    ["another name of this machine", "http://localhost:1/token"],
    ["no address", "token"],
    ["another scheme", "file:///etc/passwd"],
    ["an address with a password", "https://a:b@example.com/token"],
    ["a link-local address", "https://169.254.169.254/token"],
    ["a private address elsewhere", "https://10.0.0.1/token"],
    ["this machine, seen from elsewhere", "https://[::1]/token"],
    ["a name that stands for a private address", "https://tokens.example.com/token"],
  ])("a realm that is %s gets nothing", async (_what, realm) => {
    require(() => "Bearer t1", bearer(realm));
    await expect(client.getManifest(reference(), signal)).rejects.toMatchObject({
      message: expect.stringMatching(/must be an https address|where no registry sends us/),
    });
    expect(registry.count(/token/)).toBe(0);
  });

  test.each([
    [500, "{}", "RegistryRefused"],
    [404, "{}", "RegistryUnauthorized"],
    [200, "<html>", "RegistryUnauthorized"],
    [200, '{"token":"a\\nb"}', "RegistryUnauthorized"],
  ])("a token server that answers %d %s is %s", async (status, body, code) => {
    registry.failTimes(9, /token/, (response) => response.writeHead(status).end(body));
    require(() => "Bearer t1", bearer(`http://${registry.host}/token`));
    await expect(client.getManifest(reference(), signal)).rejects.toMatchObject({ code });
  });
});
