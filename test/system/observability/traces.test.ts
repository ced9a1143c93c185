import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type Controller,
  type OtlpReceiver,
  type ReceivedSpan,
  type Server,
  startOtlpReceiver,
} from "../../ground/index.ts";
import { ApiClient, startServerFor } from "../ground/api-client.ts";
import { Journey } from "../ground/journey.ts";

/** What a pipeline would send: its own span is the root. */
const traceId = "4bf92f3577b34da6a3ce929d0e0e4736";
const pipelineSpan = "00f067aa0ba902b7";
const traceparent = `00-${traceId}-${pipelineSpan}-01`;

describe("a trace", () => {
  const journey = new Journey("traces");
  let receiver: OtlpReceiver;
  let controller: Controller;
  let server: Server;

  beforeAll(async () => {
    receiver = await startOtlpReceiver();
    await journey.create();
    await journey.bind("dave", "forge-view", "forge-releaser");
    await journey.apply(journey.environment("dev", { autoDeploy: true }));
    const args = [`--otlp-endpoint=${receiver.url}`];
    controller = await journey.controller({ args });
    server = await startServerFor(journey, { args });
    const dave = ApiClient.as(server, journey, "dave");
    const answer = await dave.post(
      "/v1/releases",
      {
        ...{ repository: journey.repository, project: "auth", namespace: journey.namespace },
        commit: "1c".padEnd(40, "0"),
        trigger: { type: "BranchPush", branch: "main" },
        source: { manifests: "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: settings}\n" },
      },
      { traceparent },
    );
    if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
    await journey.deployed("dev", 1);
    // What is left is sent before they end.
    await server.process.stop();
    await controller.process.stop();
  });

  afterAll(() => receiver.stop());

  const inTrace = () => receiver.spans.filter((span) => span.traceId === traceId);

  /** The names from a span up to the first that came from elsewhere. */
  function ancestry(span: ReceivedSpan): readonly string[] {
    const parent = receiver.spans.find(({ spanId }) => spanId === span.parentSpanId);
    return [`${span.service}: ${span.name}`, ...(parent === undefined ? [] : ancestry(parent))];
  }

  test.each([
    ["fetch source", "forge-controller: release"],
    ["pin artifacts", "forge-controller: release"],
    ["render", "forge-controller: release"],
    ["pack", "forge-controller: release"],
    ["push image", "forge-controller: release"],
    ["decision", "forge-controller: deployment"],
    ["commit", "forge-controller: deployment"],
    ["git push", "forge-controller: commit", "forge-controller: deployment"],
  ])("goes from the request to: %s", (name, ...above) => {
    const [span] = inTrace().filter((one) => one.name === name);
    expect(span && ancestry(span)).toEqual([
      `forge-controller: ${name}`,
      ...above,
      "forge-server: POST /v1/releases",
    ]);
  });

  test("goes on from the span of who asked", () => {
    const [request] = inTrace().filter(({ service }) => service === "forge-server");
    expect(request?.parentSpanId).toBe(pipelineSpan);
    expect(request?.attributes).toMatchObject({
      "http.route": "/v1/releases",
      "http.response.status_code": 201,
      "forge.request_id": expect.any(String),
    });
  });

  test("says whose request it is in every part, and nobody's secrets", () => {
    const ids = inTrace().flatMap(({ attributes }) => attributes["forge.request_id"] ?? []);
    expect(new Set(ids).size).toBe(1);
    const { username, password } = journey.ground.gitCredentials as Record<string, string>;
    const sent = receiver.bodies.join("\n");
    expect(sent).not.toContain(password);
    expect(sent).not.toContain(`${username}:`);
    expect(sent).not.toMatch(/bearer/i);
  });
});
