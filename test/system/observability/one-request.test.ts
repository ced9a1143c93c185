import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { type Controller, Forge, type Server } from "../../ground/index.ts";
import { ApiClient, startServerFor } from "../ground/api-client.ts";
import { Journey } from "../ground/journey.ts";
import { present } from "../ground/workspace.ts";

describe("one request", () => {
  const journey = new Journey("one-request");
  let controller: Controller;
  let server: Server;
  let alice: ApiClient;
  let dave: ApiClient;

  beforeAll(async () => {
    await journey.create();
    await journey.bind("alice", "forge-view", "forge-deployer");
    await journey.bind("dave", "forge-view", "forge-releaser");
    await journey.apply(
      journey.environment("dev", { autoDeploy: true }),
      journey.environment("staging"),
    );
    controller = await journey.controller();
    server = await startServerFor(journey, {
      args: [`--ledger=${journey.ground.folder}/${journey.namespace}.db`],
    });
    alice = ApiClient.as(server, journey, "alice");
    dave = ApiClient.as(server, journey, "dave");
  });

  afterAll(async () => {
    await server.process.stop();
    await controller.process.stop();
  });

  const place = { repository: journey.repository, project: "auth" };

  function lines(program: string, requestId: string): readonly Record<string, unknown>[] {
    return journey
      .log(program)
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter((line) => line["requestId"] === requestId);
  }

  test("of a pipeline is followed from its release into the environment that takes it", async () => {
    const requestId = "pipeline-run-4711";
    const wish = {
      ...{ ...place, namespace: journey.namespace, commit: "1c".padEnd(40, "0") },
      trigger: { type: "BranchPush", branch: "main" },
      source: { manifests: "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n" },
    };
    const made = await dave.post("/v1/releases", wish, { "x-request-id": requestId });
    expect([made.status, made.headers.get("x-request-id")]).toEqual([201, requestId]);
    const { status } = await journey.deployed("dev", 1);

    expect(lines("server", requestId)).toContainEqual(
      expect.objectContaining({ operation: "createRelease", msg: "write asked for" }),
    );
    expect(lines("controller", requestId).map(({ msg }) => msg)).toEqual(
      expect.arrayContaining(["release packaged", "deployment committed"]),
    );
    const [record] = await journey.outcomes("dev", ["Active"]);
    expect(record?.spec.request).toMatchObject({ automatic: true, id: requestId });
    const message = await journey.git("log", "-1", "--format=%B", present(status.git).commit);
    expect(message).toContain(`\nForge-Request: ${requestId}\n`);
  });

  test("of a person is followed from the API to the record, the commit and the ledger", async () => {
    const wish = { ...place, environment: "staging", release: "1", reason: "First" };
    const asked = await alice.post("/v1/deployments", wish);
    expect(asked.status).toBe(202);
    const requestId = present(asked.headers.get("x-request-id") ?? undefined);
    const { status } = await journey.deployed("staging", 1);

    expect(lines("server", requestId)).toContainEqual(
      expect.objectContaining({ operation: "requestDeployment", environment: "staging" }),
    );
    expect(lines("controller", requestId)).toContainEqual(
      expect.objectContaining({
        msg: "deployment committed",
        commit: present(status.git).commit,
        deployment: present(status.deployment).name,
      }),
    );
    const [record] = await journey.outcomes("staging", ["Active"]);
    expect(record?.spec.request).toMatchObject({ by: "alice", id: requestId });
    const message = await journey.git("log", "-1", "--format=%B", present(status.git).commit);
    expect(message).toContain(`\nForge-Request: ${requestId}\n`);
    await vi.waitFor(
      async () => {
        const query = `namespace=${journey.namespace}&environment=staging&limit=200`;
        const { body } = await alice.get(`/v1/audit?${query}`);
        expect(body.items).toContainEqual(
          expect.objectContaining({
            event: "Begun",
            details: expect.objectContaining({
              request: expect.objectContaining({ id: requestId }),
            }),
          }),
        );
      },
      { timeout: 30_000, interval: 200 },
    );
  });

  test("said again word by word stays the request that it was", async () => {
    const held = { kind: "Environment", metadata: { name: "staging" } };
    await journey.apply({
      ...journey.environment("staging", { requiresApproval: true }),
      ...held,
    });
    await dave.post("/v1/releases", {
      ...{ ...place, namespace: journey.namespace, commit: "2c".padEnd(40, "0") },
      trigger: { type: "BranchPush", branch: "main" },
      source: { manifests: "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n" },
    });
    await journey.deployed("dev", 2);
    const wish = { ...place, environment: "staging", release: "2", reason: "Second" };
    const first = await alice.post("/v1/deployments", wish);
    const again = await alice.post("/v1/deployments", wish);
    expect([first.status, again.status]).toEqual([202, 202]);
    expect(again.body.pointer.spec.request.id).toBe(first.headers.get("x-request-id"));
    expect(again.body.pointer.metadata.generation).toBe(first.body.pointer.metadata.generation);
  });

  test("is counted by its route, and those that nobody made are there too", async () => {
    const metrics = await (await fetch(`${server.healthUrl}/metrics`)).text();
    const count = (route: string, status: string) =>
      new RegExp(
        `^forge_server_requests_total\\{method="POST",route="${route}",status="${status}"\\} (\\d+)$`,
        "m",
      ).exec(metrics)?.[1];
    expect(count("/v1/releases", "2xx")).toBe("2");
    expect(count("/v1/deployments", "2xx")).toBe("3");
    expect(count("/v1/deployments", "5xx")).toBe("0");
    expect(metrics).toMatch(/forge_server_request_duration_seconds_bucket\{le="0.5",method="GET"/);
  });

  test("is not taken over by who asks for something else with another tool", async () => {
    const name = journey.pointerName("staging");
    const before = (await journey.get("releasepointer", name)).spec["request"];
    expect(before).toMatchObject({ id: expect.any(String) });
    await journey.ask("staging", { release: "1", request: { reason: "Back." } }, "alice");
    const after = (await journey.get("releasepointer", name)).spec["request"];
    expect(after).toMatchObject({ by: "alice", reason: "Back." });
    expect(after).not.toHaveProperty("id");
  });

  test("of the command has an id of its own, and goes on with the trace of its pipeline", async () => {
    const traceparent = `00-${"a".repeat(32)}-${"b".repeat(16)}-01`;
    const { kubeconfig } = journey.ground;
    const forge = new Forge(kubeconfig, journey.namespace, { TRACEPARENT: traceparent });
    // It waits for an approval.
    const asked = await forge.run("deploy", "staging", "auth", "2", "--reason=By hand");
    expect(asked).toMatchObject({ code: 8 });
    const pointer = await journey.get("releasepointer", journey.pointerName("staging"));
    const { id } = pointer.spec["request"] as { readonly id: string };
    expect(pointer.metadata).toMatchObject({
      annotations: { "forge.dev/request-id": id, "forge.dev/traceparent": traceparent },
    });
  });
});
