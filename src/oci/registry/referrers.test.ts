import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { RepositoryName } from "../reference.ts";
import { clientOf } from "../testing/client-of.ts";
import { RegistryDouble, sha256 } from "../testing/registry-double.ts";

const manifestType = "application/vnd.oci.image.manifest.v1+json";
const indexType = "application/vnd.oci.image.index.v1+json";
const signal = AbortSignal.timeout(20_000);
const subjectBytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType: manifestType }));
const subject = { mediaType: manifestType, digest: sha256(subjectBytes), size: 1 };
const tag = subject.digest.replace(":", "-");

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

function referrer(artifactType: string, text = artifactType) {
  const body = { schemaVersion: 2, mediaType: manifestType, artifactType, subject, text };
  const bytes = Buffer.from(JSON.stringify(body));
  const { byteLength: size } = bytes;
  return { mediaType: manifestType, digest: sha256(bytes), size, artifactType, bytes };
}

function entry({ bytes: _bytes, ...rest }: ReturnType<typeof referrer>) {
  return rest;
}

function list(artifactType?: string) {
  return client.listReferrers({ ...name, digest: subject.digest }, artifactType, signal);
}

/** The referrers API with what it answers. */
function serve(manifests: readonly object[], headers: Record<string, string> = {}): void {
  registry.faults.push(({ url }, response) => {
    if (!url.includes("/referrers/")) return false;
    response.writeHead(200, { "content-type": indexType, ...headers });
    response.end(JSON.stringify({ schemaVersion: 2, mediaType: indexType, manifests }));
    return true;
  });
}

describe("with the referrers API", () => {
  test("the filter is the registry's where it says so, else ours", async () => {
    const [a, b] = [entry(referrer("a")), entry(referrer("b"))];
    serve([a, b]);
    expect(await list("a")).toEqual([a]);
    expect(await list()).toEqual([a, b]);
    expect(registry.seen[0]?.path).toMatch(/\/referrers\/sha256:[0-9a-f]{64}\?artifactType=a$/);
    registry.faults.length = 0;
    // A registry may know better what an artifact's type is.
    serve([a, b], { "oci-filters-applied": "artifactType" });
    expect(await list("a")).toEqual([a, b]);
  });

  test("pages are followed", async () => {
    const [a, b] = [entry(referrer("a")), entry(referrer("b"))];
    registry.failOnce(/referrers\/sha256:[0-9a-f]+$/, (response) => {
      const next = `</v2/team/app/referrers/${subject.digest}?next=2>; rel="next"`;
      response.writeHead(200, { "content-type": indexType, link: next });
      response.end(JSON.stringify({ schemaVersion: 2, manifests: [a] }));
    });
    serve([b]);
    expect(await list()).toEqual([a, b]);
  });

  test("what is passed over counts: pages without end are refused", async () => {
    const others = Array.from({ length: 6_000 }, () => entry(referrer("b")));
    const next = `</v2/team/app/referrers/${subject.digest}?next=1>; rel="next"`;
    serve(others, { link: next });
    await expect(list("a")).rejects.toMatchObject({ code: "RegistryRefused" });
    expect(registry.count(/referrers/)).toBe(2);
  });

  test("a manifest whose subject is taken needs no tag", async () => {
    serve([]);
    const a = referrer("a");
    registry.failOnce(/^PUT/, (response) =>
      response.writeHead(201, { "oci-subject": subject.digest }).end(),
    );
    await client.putReferrer(name, subject, a, signal);
    expect(registry.count(/^PUT/)).toBe(1);
  });

  test("an API that breaks is not taken for a missing one", async () => {
    registry.failTimes(9, /referrers/, (response) => response.writeHead(500).end());
    await expect(list()).rejects.toMatchObject({ code: "RegistryRefused" });
    expect(registry.count(/manifests/)).toBe(0);
  });
});

describe("without the referrers API", () => {
  beforeEach(() => {
    registry.faults.push(({ url }, response) => {
      if (!url.includes("/referrers/")) return false;
      response.writeHead(404).end("404 page not found");
      return true;
    });
  });

  test("the index under the tag is written and read; the API is asked for once", async () => {
    const [a, b] = [referrer("a"), referrer("b")];
    await client.putReferrer(name, subject, a, signal);
    await client.putReferrer(name, subject, b, signal);
    await client.putReferrer(name, subject, b, signal);
    expect(await list()).toEqual([entry(a), entry(b)]);
    expect(await list("b")).toEqual([entry(b)]);
    expect(registry.count(/referrers/)).toBe(1);
    expect(registry.manifests.get(`team/app:${tag}`)?.mediaType).toBe(indexType);
  });

  test("a subject that is taken without an API is listed under the tag as well", async () => {
    const a = referrer("a");
    registry.failOnce(/^PUT .*sha256:/, (response) =>
      response.writeHead(201, { "oci-subject": subject.digest }).end(),
    );
    await client.putReferrer(name, subject, a, signal);
    expect(await list()).toEqual([entry(a)]);
  });

  test("who loses the race writes again, on what the other wrote", async () => {
    const [mine, other] = [referrer("a"), referrer("b")];
    const conditions: (string | undefined)[] = [];
    registry.faults.push(({ method, url, headers }, response) => {
      if (method !== "PUT" || !url.endsWith(tag)) return false;
      conditions.push(headers["if-match"] ?? headers["if-none-match"]);
      if (conditions.length > 1) return false;
      const index = { schemaVersion: 2, manifests: [entry(other)] };
      registry.setManifest("team/app", tag, Buffer.from(JSON.stringify(index)), indexType);
      response.writeHead(412).end();
      return true;
    });
    await client.putReferrer(name, subject, mine, signal);
    expect(await list()).toEqual([entry(other), entry(mine)]);
    expect(conditions[0]).toBe("*");
    expect(conditions[1]).toMatch(/^"sha256:[0-9a-f]{64}"$/);
  });

  test("an entry that is overwritten unseen is written again", async () => {
    const [mine, other] = [referrer("a"), referrer("b")];
    let writes = 0;
    registry.faults.push(({ method, url }, response) => {
      if (method !== "PUT" || !url.endsWith(tag)) return false;
      writes += 1;
      if (writes > 1) return false;
      const index = { schemaVersion: 2, manifests: [entry(other)] };
      registry.setManifest("team/app", tag, Buffer.from(JSON.stringify(index)), indexType);
      response.writeHead(201).end();
      return true;
    });
    await client.putReferrer(name, subject, mine, signal);
    expect(await list()).toEqual([entry(other), entry(mine)]);
  });
});
