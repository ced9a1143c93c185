import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Connection, KubeClient } from "../../../controller/kube/index.ts";
import { kubeConfigFor } from "../../../controller/kube/testing/connect.ts";
import { ApiServerDouble, ManualClock, refuse } from "../../../controller/kube/testing/index.ts";
import { RateLimit } from "../http/rate-limit.ts";
import { Access } from "./access.ts";
import { Authenticator } from "./authenticator.ts";

const isTokenReview = ({ path }: { readonly path: string }) => path.endsWith("/tokenreviews");
const isAccessReview = ({ path }: { readonly path: string }) =>
  path.endsWith("/selfsubjectaccessreviews");
const isUnknown = expect.objectContaining({ code: "Unauthenticated" });

let server: ApiServerDouble;
let connection: Connection;
let clock: ManualClock;
let authenticator: Authenticator;
/** What the API server says of whom, by token. */
let known: Map<string, string>;
/** Namespaces whose objects may be listed, by token; "" for all. */
let readable: Map<string, readonly string[]>;
/** Whether the API server is there. */
let isUp: boolean;

beforeEach(async () => {
  server = new ApiServerDouble();
  connection = new Connection(kubeConfigFor(await server.start()), { userAgent: "forge-test" });
  clock = new ManualClock();
  const client = new KubeClient(connection);
  authenticator = new Authenticator({ client, callers: connection, clock });
  known = new Map([["token-of-alice", "alice"]]);
  readable = new Map();
  isUp = true;
  const failed = refuse(500, "InternalError");
  server.always(isTokenReview, (response, request) => {
    if (!isUp) return failed(response, request);
    const { body } = request;
    const { spec } = JSON.parse(body) as { spec: { token: string } };
    const username = known.get(spec.token);
    const status = username === undefined ? {} : { authenticated: true, user: { username } };
    response.end(JSON.stringify({ spec, status }));
  });
  server.always(isAccessReview, (response, request) => {
    if (!isUp) return failed(response, request);
    const { body, headers } = request;
    const { spec } = JSON.parse(body) as {
      spec: { resourceAttributes: { namespace: string } };
    };
    const token = headers["authorization"]?.replace("Bearer ", "") ?? "";
    const allowed = readable.get(token)?.includes(spec.resourceAttributes.namespace) ?? false;
    response.end(JSON.stringify({ spec, status: { allowed } }));
  });
});

afterEach(async () => {
  await server.stop();
  await connection.close();
});

const reviews = () => server.requests.filter(isTokenReview).length;
const alice = () => authenticator.authenticate("Bearer token-of-alice");

describe("who sends a token", () => {
  test("is whom the API server says, asked once for seconds", async () => {
    const callers = await Promise.all([alice(), alice(), alice()]);
    expect(callers.map(({ user }) => user)).toEqual(["alice", "alice", "alice"]);
    expect(reviews()).toBe(1);
    clock.advance(9_999);
    await alice();
    expect(reviews()).toBe(1);
    clock.advance(1);
    await alice();
    expect(reviews()).toBe(2);
  });

  test("is nobody once the token is revoked, and what is remembered is over", async () => {
    await alice();
    known.clear();
    expect(await alice()).toMatchObject({ user: "alice" });
    clock.advance(10_000);
    await expect(alice()).rejects.toEqual(isUnknown);
  });

  test.each([
    { header: null, because: "there is no header" },
    { header: "Bearer", because: "there is no token" },
    { header: "Bearer ", because: "the token is empty" },
    { header: "Basic token-of-alice", because: "it is another scheme" },
    { header: "Bearer a b", because: "it is two" },
    { header: `Bearer ${"x".repeat(9_000)}`, because: "it is too long" },
    { header: "Bearer token\u0000", because: "no token has such characters" },
  ])("is nobody without asking, where $because", async ({ header }) => {
    await expect(authenticator.authenticate(header)).rejects.toEqual(isUnknown);
    expect(reviews()).toBe(0);
  });

  test("an API server that does not answer makes nobody of nobody", async () => {
    isUp = false;
    await expect(alice()).rejects.toMatchObject({ reason: "InternalError" });
    isUp = true;
    expect(await alice()).toMatchObject({ user: "alice" });
  });

  test("writes in the caller's own name, and the token is in no word of the caller", async () => {
    const caller = await alice();
    await caller.client.create(
      {
        group: "forge.dev",
        version: "v1alpha1",
        plural: "releases",
        kind: "Release",
        namespaced: true,
      },
      {
        apiVersion: "forge.dev/v1alpha1",
        kind: "Release",
        metadata: { name: "a", namespace: "shop" },
      },
    );
    expect(server.requests.at(-1)?.headers["authorization"]).toBe("Bearer token-of-alice");
    expect(JSON.stringify(caller)).not.toContain("token-of-alice");
  });
});

describe("what a caller may read", () => {
  test("is asked with the caller's own token, and remembered for seconds", async () => {
    const caller = await alice();
    const access = new Access(clock);
    readable.set("token-of-alice", ["shop"]);
    const ask = () => access.readable(caller, "releases", ["bank", "shop"]);
    expect(await ask()).toEqual(new Set(["shop"]));
    const asked = server.requests.filter(isAccessReview).length;
    expect(asked).toBe(3);
    readable.clear();
    expect(await ask()).toEqual(new Set(["shop"]));
    expect(server.requests.filter(isAccessReview)).toHaveLength(asked);
    clock.advance(10_000);
    expect(await ask()).toEqual(new Set());
  });

  test("is everything where it may be listed everywhere: one question", async () => {
    const caller = await alice();
    readable.set("token-of-alice", [""]);
    const found = await new Access(clock).readable(caller, "releases", ["bank", "shop"]);
    expect(found).toEqual(new Set(["bank", "shop"]));
    expect(server.requests.filter(isAccessReview)).toHaveLength(1);
  });

  test("what could not be asked is an error, and not remembered", async () => {
    const caller = await alice();
    const access = new Access(clock);
    readable.set("token-of-alice", ["shop"]);
    const right = { verb: "list", resource: "releases", namespace: "shop" };
    isUp = false;
    await expect(access.may(caller, right)).rejects.toMatchObject({ reason: "InternalError" });
    isUp = true;
    expect(await access.may(caller, right)).toBe(true);
  });
});

describe("a flood of tokens that are nobody's", () => {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const jwt = (sub: string) =>
    [encode({ alg: "RS256" }), encode({ iss: "cluster", sub }), "s".repeat(342)].join(".");
  const address = "192.0.2.1";
  let refusals: RateLimit;

  beforeEach(() => {
    refusals = new RateLimit({ perSecond: 5, burst: 50 }, clock);
    known.set(jwt("pipeline"), "pipeline");
  });

  const authenticate = (token: string) =>
    authenticator.authenticate(`Bearer ${token}`, {
      address,
      beforeAsking: (shape) => refusals.check(`${address} ${shape}`),
      refused: (shape) => refusals.spend(`${address} ${shape}`),
    });
  const flood = (token: (n: number) => string) =>
    Promise.allSettled(Array.from({ length: 200 }, (_, n) => authenticate(token(n))));

  test("costs no question where they cannot be tokens", async () => {
    await flood((n) => `${encode({ alg: "RS256" })}.${n}.x`);
    expect(reviews()).toBe(0);
  });

  test.each([
    { of: "opaque ones", token: (n: number) => `garbage-${n}` },
    { of: "malformed ones", token: (n: number) => `${jwt("pipeline")}.${n}` },
  ])("of $of keeps no valid one out that comes with it, and was never seen", async ({ token }) => {
    const flooding = flood(token);
    expect(await authenticate(jwt("pipeline"))).toMatchObject({ user: "pipeline" });
    await flooding;
    expect(reviews()).toBeLessThanOrEqual(1 + 50 + 16);
  });

  test("that look like real ones keeps nobody out who was let in before", async () => {
    await authenticate(jwt("pipeline"));
    await flood((n) => jwt(`nobody-${n}`));
    clock.advance(11_000);
    for (let n = 0; n < 200; n++) refusals.spend(`${address} jwt`);
    expect(await authenticate(jwt("pipeline"))).toMatchObject({ user: "pipeline" });
    await expect(authenticate(jwt("other"))).rejects.toMatchObject({ code: "RateLimited" });
  });
});
