import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type Controller, type Server, tokenOf } from "../../ground/index.ts";
import { ApiClient, startServerFor } from "../ground/api-client.ts";
import { Journey } from "../ground/journey.ts";

/** alice deploys, bob approves, dave is a pipeline; carol reads in another namespace alone. */
describe("the REST API", () => {
  const journey = new Journey("api");
  let controller: Controller;
  let server: Server;
  let alice: ApiClient;
  let bob: ApiClient;
  let carol: ApiClient;
  let dave: ApiClient;
  const repository = encodeURIComponent(journey.repository);
  const place = { repository: journey.repository, project: "auth" };

  beforeAll(async () => {
    await journey.create();
    await journey.bind("alice", "forge-view", "forge-deployer");
    await journey.bind("bob", "forge-view", "forge-approver");
    await journey.bind("dave", "forge-releaser");
    await journey.stagingBeforeProduction();
    controller = await journey.controller();
    server = await startServerFor(journey, {
      args: [`--ledger=${journey.ground.folder}/${journey.namespace}.db`],
    });
    alice = ApiClient.as(server, journey, "alice");
    bob = ApiClient.as(server, journey, "bob");
    carol = ApiClient.as(server, journey, "carol");
    dave = ApiClient.as(server, journey, "dave");
  });

  afterAll(async () => {
    await server.process.stop();
    await controller.process.stop();
  });

  const release = (commit: string, branch = "main") => ({
    ...place,
    namespace: journey.namespace,
    commit: commit.padEnd(40, "0"),
    trigger: { type: "BranchPush", branch },
    source: { manifests: "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n" },
  });

  test("a pipeline releases: 201, and the same again 200", async () => {
    const made = await dave.post("/v1/releases", release("1c"));
    expect(made).toMatchObject({ status: 201, body: { kind: "Release", spec: place } });
    expect(made.body.spec.trigger.actor).toBe("dave");
    const again = await dave.post("/v1/releases", release("1c"));
    expect(again.status).toBe(200);
    expect(again.body.metadata.uid).toBe(made.body.metadata.uid);
    await expect
      .poll(async () => (await alice.get(`/v1/releases/${repository}/auth/1`)).body.status?.image, {
        timeout: 30_000,
      })
      .toBeDefined();
    const other = await dave.post("/v1/releases", {
      ...release("1c"),
      source: { manifests: "apiVersion: v1\nkind: Secret\nmetadata: {name: other}\n" },
    });
    expect(other).toMatchObject({ status: 409, body: { reason: "ReleaseConflict" } });
  });

  test("a release is found by number and commit, in both forms of the path, old and new", async () => {
    const commit = "1c".padEnd(40, "0");
    for (const path of [
      `/v1/releases/${repository}/auth/1`,
      `/v1/releases/${repository}/auth/${commit.slice(0, 8)}`,
      `/v1/releases/${journey.repository}/auth/${commit}`,
      `/api/v1/releases/${journey.repository}/auth/1`,
    ]) {
      const found = await alice.get(path);
      expect(found).toMatchObject({ status: 200, body: { status: { number: 1 } } });
      expect(found.body.spec.source).toEqual({});
    }
    const none = await alice.get(`/v1/releases/${repository}/auth/77`);
    expect(none).toMatchObject({ status: 404, body: { reason: "ReleaseNotFound", status: 404 } });
    expect(none.headers.get("content-type")).toBe("application/problem+json");
    expect(none.body.requestId).toBe(none.headers.get("x-request-id"));
  });

  test("another tenant sees nothing, as if it were not there", async () => {
    const hidden = await carol.get(`/v1/releases/${repository}/auth/1`);
    const absent = await carol.get("/v1/releases/company%2Fnone/auth/1");
    expect([hidden.status, hidden.body.reason]).toEqual([404, "ProjectNotFound"]);
    expect([absent.status, absent.body.reason]).toEqual([404, "ProjectNotFound"]);
    for (const list of ["projects", "environments", "matrix"]) {
      const { body } = await carol.get(`/v1/${list}?limit=200`);
      expect(JSON.stringify(body)).not.toContain(journey.namespace);
    }
    const refused = await carol.post("/v1/releases", release("9c"));
    expect(refused).toMatchObject({ status: 403, body: { reason: "AccessDenied" } });
    for (let n = 0; n < 20; n++) await carol.post("/v1/releases", release("9c"));
    const { body } = await alice.get("/v1/audit?kind=Action&actor=carol&limit=200");
    expect(body.items).toEqual([]);
    const admin = new ApiClient(server.url, tokenOf(journey.ground.kubeconfig));
    const told = await admin.get("/v1/audit?kind=Action&actor=carol&limit=200");
    const mine = told.body.items.filter(({ details }: { details: object }) =>
      JSON.stringify(details).includes(journey.namespace),
    );
    expect(mine).toHaveLength(1);
    expect(mine[0]).toMatchObject({ namespace: "", event: "createReleaseRefused" });
  });

  test("a dry run gives the decision, and a deployment is asked for in the caller's name", async () => {
    const wish = { ...place, environment: "staging", release: "1", reason: "First" };
    const judged = await alice.post("/v1/deployments", { ...wish, dryRun: true });
    expect(judged).toMatchObject({
      status: 200,
      body: { state: "Judged", decision: { allowed: true }, release: { number: 1 } },
    });
    const refused = await bob.post("/v1/deployments", wish);
    expect(refused.status).toBe(403);
    const asked = await alice.post("/v1/deployments", wish);
    expect(asked).toMatchObject({ status: 202, body: { state: "Accepted" } });
    expect(asked.body.pointer.spec.request).toMatchObject({
      type: "Deploy",
      by: "alice",
      reason: "First",
    });
    await journey.deployed("staging", 1);
    const again = await alice.post("/v1/deployments", wish);
    expect(again).toMatchObject({ status: 200, body: { state: "Present" } });
  });

  test("what waits for approval is pending, until enough people other than who asks approve", async () => {
    const wish = { ...place, environment: "production", type: "Promote" };
    const asked = await alice.post("/v1/deployments", wish);
    expect(asked).toMatchObject({ status: 202, body: { state: "Pending", pending: true } });
    const id = encodeURIComponent(`${journey.repository}/auth/1`);
    const state = async () => (await bob.get(`/v1/approvals/${id}/production`)).body;
    expect(await state()).toMatchObject({
      required: 1,
      granted: 0,
      satisfied: false,
      youMay: true,
    });
    const justification = "Seen on staging";
    const yes = { ...place, environment: "production", release: "1", justification };
    expect((await alice.post("/v1/approvals", yes)).status).toBe(403);
    const approved = await bob.post("/v1/approvals", yes);
    expect(approved).toMatchObject({ status: 201, body: { spec: { approver: "bob" } } });
    await journey.deployed("production", 1);
    await vi.waitFor(async () => expect(await state()).toMatchObject({ granted: 1 }), {
      timeout: 20_000,
    });
    const revoked = await bob.post(`/v1/approvals/${id}/production/revoke`, {
      reason: "Too early",
    });
    expect(revoked.body.items).toHaveLength(1);
    expect(revoked.body.items[0].spec.revoked).toEqual({ by: "bob", reason: "Too early" });
    await vi.waitFor(async () => expect(await state()).toMatchObject({ granted: 0 }), {
      timeout: 20_000,
    });
    const rejected = await bob.post(`/v1/approvals/${id}/production/reject`, { justification });
    expect(rejected).toMatchObject({ status: 201, body: { spec: { decision: "Reject" } } });
    await vi.waitFor(
      async () => {
        const { body } = await alice.get(`/v1/decisions/production/${repository}/auth`);
        expect(body).toMatchObject({ decision: { allowed: false }, pending: false });
      },
      { timeout: 20_000 },
    );
    await bob.post(`/v1/approvals/${id}/production/revoke`, { reason: "Mistaken" });
  });

  test("what a rule refuses for good is a 409 that names the rules", async () => {
    const made = await dave.post("/v1/releases", release("2c", "feature/x"));
    expect(made.status).toBe(201);
    const wish = { ...place, environment: "staging", release: "2" };
    await vi.waitFor(
      async () => {
        const refused = await alice.post("/v1/deployments", wish);
        expect(refused).toMatchObject({ status: 409, body: { reason: "DeploymentRefused" } });
        expect(refused.body.rules).toEqual([expect.objectContaining({ rule: "branches" })]);
      },
      { timeout: 30_000, interval: 500 },
    );
    const { body } = await alice.get(`/v1/decisions/staging/${repository}/auth?release=2`);
    expect(body).toMatchObject({ decision: { allowed: false }, request: { by: "alice" } });
  });

  test("history tells who, why and what by; its ETag guards the next write", async () => {
    const path = `/v1/deployments/staging/${repository}/auth`;
    const seen = await alice.get(path);
    expect(seen.body).toMatchObject({
      namespace: journey.namespace,
      pointer: { status: { deployed: { number: 1 } } },
      items: [{ spec: { sequence: 1, request: { by: "alice", reason: "First" } } }],
    });
    const etag = seen.headers.get("etag") ?? "";
    expect((await alice.get(path, { "if-none-match": etag })).status).toBe(304);
    const record = await alice.get(`${path}/1`);
    expect(record.body.spec.decision.rules.length).toBeGreaterThan(5);
    const wish = { ...place, environment: "staging", release: "1", dryRun: true };
    const guarded = (version: string) =>
      alice.post("/v1/deployments", wish, { "if-match": version });
    expect((await guarded(etag)).status).toBe(200);
    const stale = await guarded('"1.nothing"');
    expect(stale).toMatchObject({ status: 412, body: { reason: "PreconditionFailed" } });
  });

  test("lists come in pages, and with the fields that are asked for", async () => {
    const path = `/v1/releases/${repository}/auth`;
    const first = await alice.get(`${path}?limit=1`);
    const second = await alice.get(`${path}?limit=1&cursor=${first.body.nextCursor}`);
    const numbers = [first, second].map(({ body }) => body.items[0].status.number);
    expect(numbers).toEqual([2, 1]);
    expect(second.body).not.toHaveProperty("nextCursor");
    const part = await alice.get(`${path}?fields=status.number,spec.trigger.branch`);
    expect(part.headers.get("content-type")).toBe("application/vnd.forge.partial+json");
    expect(part.body.items).toContainEqual({
      status: { number: 1 },
      spec: { trigger: { branch: "main" } },
    });
    const forged = await alice.get(`${path}?cursor=bm90aGluZw`);
    expect(forged).toMatchObject({ status: 404, body: { errors: [{ field: "cursor" }] } });
  });

  test("the matrix shows what runs where, counts it, and filters", async () => {
    const query = `/v1/matrix?namespace=${journey.namespace}`;
    const { body } = await alice.get(query);
    expect(body.environments.map(({ name }: { name: string }) => name)).toEqual([
      "production",
      "staging",
    ]);
    expect(body.items).toHaveLength(1);
    const [row] = body.items;
    expect(row).toMatchObject({ ...place, latest: 2 });
    expect(row.cells).toContainEqual(
      expect.objectContaining({ environment: "staging", by: "alice", behind: 1 }),
    );
    expect(body.summary).toMatchObject({ projects: 1, places: 2 });
    expect((await alice.get(`${query}&search=nothing`)).body.summary.projects).toBe(0);
    expect((await alice.get(`${query}&state=Failed`)).body.items).toEqual([]);
  });

  test("a key makes a request happen once; another request may not use it", async () => {
    const key = { "idempotency-key": "build-3" };
    const wish = { ...place, environment: "production", release: "1", justification: "Twice" };
    const first = await bob.post("/v1/approvals", wish, key);
    const again = await bob.post("/v1/approvals", wish, key);
    expect([first.status, again.status]).toEqual([201, 201]);
    expect(again.body.metadata.uid).toBe(first.body.metadata.uid);
    const other = await bob.post("/v1/approvals", { ...wish, justification: "Other" }, key);
    expect(other).toMatchObject({ status: 422, body: { reason: "IdempotencyKeyReused" } });
  });

  test("every write stands in the ledger, before and after", async () => {
    const { body } = await bob.get("/v1/audit?kind=Action&actor=bob&limit=200");
    const told = body.items.map(({ event }: { event: string }) => event);
    expect(told).toContain("createApprovalAsked");
    expect(told).toContain("createApprovalAnswered");
    expect(told).toContain("requestDeploymentFailed");
    expect(JSON.stringify((await carol.get("/v1/audit")).body)).not.toContain(journey.namespace);
    const page = await bob.get("/v1/audit?limit=1&order=oldest");
    const next = await bob.get(`/v1/audit?limit=1&order=oldest&cursor=${page.body.nextCursor}`);
    expect(next.body.items[0].sequence).toBeGreaterThan(page.body.items[0].sequence);
  });

  test("a refused write that repeats its key and its request id is recorded each time", async () => {
    const repeated = { "idempotency-key": "again", "x-request-id": "again-and-again" };
    for (let n = 0; n < 4; n++) {
      expect((await bob.post("/v1/releases", release("8c"), repeated)).status).toBe(403);
    }
    const { body } = await alice.get("/v1/audit?kind=Action&actor=bob&limit=8");
    const told = body.items.map(({ event }: { event: string }) => event).toReversed();
    const once = ["createReleaseAsked", "createReleaseFailed"];
    expect(told).toEqual([...once, ...once, ...once, ...once]);
    const ids = body.items.map(({ details }: { details: { action: string } }) => details.action);
    expect(new Set(ids).size).toBe(4);
  });

  test("history keeps what a deployment was decided by", async () => {
    const { body } = await bob.get("/v1/audit?kind=Deployment&limit=200");
    const begun = body.items.find(({ event }: { event: string }) => event === "Begun");
    expect(begun.details.decision.rules).not.toEqual([]);
  });

  test("an object that is replaced keeps the labels and owners that nobody named", async () => {
    const name = journey.pointerName("staging");
    const owner = { apiVersion: "v1", kind: "ConfigMap", name: "owner", uid: "none" };
    const metadata = { labels: { team: "identity" }, ownerReferences: [owner] };
    await journey.kubectl.output([
      ...["-n", journey.namespace, "patch", "releasepointer", name, "--type=merge"],
      ...["-p", JSON.stringify({ metadata })],
    ]);
    const path = `/v1/objects/releasepointers/${name}`;
    const { body: seen } = await alice.get(`${path}?namespace=${journey.namespace}`);
    const { resourceVersion } = seen.metadata;
    const request = { namespace: journey.namespace, metadata: { resourceVersion } };
    const spec = { ...seen.spec, hold: { reason: "Wait" } };
    const { body } = await alice.send("PUT", path, { ...request, spec });
    expect(body.spec.hold).toMatchObject({ reason: "Wait", by: "alice" });
    expect(body.metadata).toMatchObject(metadata);
    const stale = await alice.send("PUT", path, { ...request, spec: seen.spec });
    expect(stale).toMatchObject({ status: 409 });
  });

  test("changes are told as they happen, and can be gone on from", async () => {
    const stop = new AbortController();
    const headers = { authorization: `Bearer ${alice.token}` };
    const listen = (query: string) =>
      fetch(`${server.url}/v1/events${query}`, { headers, signal: stop.signal });
    const answer = await listen("");
    expect(answer.headers.get("content-type")).toContain("text/event-stream");
    expect(answer.headers.get("x-accel-buffering")).toBe("no");
    await dave.post("/v1/releases", release("3c"));
    const event = await firstEvent(answer, /event: change\ndata: .*"kind":"Release"/);
    expect(event).toContain(`"namespace":"${journey.namespace}"`);
    const id = /id: (\S+)/.exec(event)?.[1] ?? "";
    const later = await listen(`?since=${id}`);
    expect(await firstEvent(later, /event: change/)).not.toContain(`id: ${id}\n`);
    const lost = await listen("?since=abc-5");
    expect(await firstEvent(lost, /event: reset/)).toContain("event: reset");
    stop.abort();
  });

  test("a path that may mean two things says which, and each written out means one", async () => {
    const deeper = { repository: `${journey.repository}/auth`, name: "v1" };
    await journey.apply({
      ...(journey.project("auth") as object),
      metadata: { name: "deeper" },
      spec: deeper,
    });
    const path = `/v1/releases/${journey.repository}/auth/v1`;
    await vi.waitFor(
      async () => {
        const found = await alice.get(path);
        expect(found).toMatchObject({ status: 400, body: { reason: "AmbiguousPath" } });
        const encoded = encodeURIComponent(deeper.repository);
        expect(found.body.hint).toContain(`/v1/releases/${repository}/auth/v1`);
        expect(found.body.hint).toContain(`/v1/releases/${encoded}/v1`);
        expect((await alice.get(`/v1/releases/${encoded}/v1`)).body.items).toEqual([]);
      },
      { timeout: 20_000 },
    );
  });

  test("what is asked wrongly is told, field by field", async () => {
    const wrong = await dave.post("/v1/releases", { ...release("4c"), commit: "short", extra: 1 });
    expect(wrong).toMatchObject({ status: 400, body: { reason: "RequestInvalid" } });
    expect(wrong.body.errors).toContainEqual(expect.objectContaining({ field: "commit" }));
    expect((await dave.send("POST", "/v1/releases", "{")).status).toBe(400);
    const text = { "content-type": "text/plain" };
    expect((await dave.send("POST", "/v1/releases", "{}", text)).status).toBe(415);
    const large = await dave.send("POST", "/v1/releases", `"${"x".repeat(3_000_000)}"`);
    expect(large).toMatchObject({ status: 413, body: { reason: "RequestTooLarge" } });
    const method = await dave.send("DELETE", "/v1/projects");
    expect([method.status, method.headers.get("allow")]).toEqual([405, "GET"]);
    expect((await dave.get("/v1/nothing")).status).toBe(404);
    expect((await alice.get("/v1/projects?limit=0")).status).toBe(400);
  });

  test("answers carry the headers that keep browsers from mischief", async () => {
    const { headers } = await alice.get("/v1/me");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(headers.get("content-security-policy")).toContain("default-src 'none'");
    expect(headers.get("cache-control")).toBe("private, no-cache");
    const page = await new ApiClient(server.url, undefined).get("/docs");
    expect(page.body).toContain("<h1>forge: REST API</h1>");
    expect(page.body).not.toContain("<script");
  });
});

/** The first text of the stream that fits, with the id before it. */
async function firstEvent(answer: Response, pattern: RegExp): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const part of answer.body ?? []) {
    text += decoder.decode(part as Uint8Array, { stream: true });
    const events = text.split("\n\n");
    const found = events.slice(0, -1).find((event) => pattern.test(event));
    if (found !== undefined) return found;
  }
  throw new Error(`the stream ended without ${pattern}: ${text}`);
}
