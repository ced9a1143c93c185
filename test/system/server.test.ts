import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Controller, Server } from "../ground/index.ts";
import { ApiClient, startServerFor } from "./api-client.ts";
import { Journey } from "./journey.ts";

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
    await journey.apply(
      journey.environment("staging", { allowedBranches: ["main"] }),
      journey.environment("production", {
        requiresApproval: true,
        promotesFrom: [{ environment: "staging" }],
      }),
    );
    controller = await journey.controller();
    server = await startServerFor(journey);
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
      expect((await carol.get(`/v1/${list}`)).body.items).toEqual([]);
    }
    const refused = await carol.post("/v1/releases", release("9c"));
    expect(refused).toMatchObject({ status: 403, body: { reason: "Forbidden" } });
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
    expect(asked.body.pointer.spec.request).toEqual({
      type: "Deploy",
      by: "alice",
      reason: "First",
    });
    await journey.deployed("staging", 1);
    const again = await alice.post("/v1/deployments", wish);
    expect(again).toMatchObject({ status: 200, body: { state: "Present" } });
  });
});
