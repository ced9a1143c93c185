import { afterEach, beforeEach, expect, test } from "vitest";
import { HealthServer } from "./health-server.ts";
import { type LoggedLine, recordingLogger } from "./kube/testing/index.ts";

let server: HealthServer;
let url: string;
let problems: string[];
let limits: string[];
let metrics: () => Promise<string>;
let lines: LoggedLine[];

beforeEach(async () => {
  problems = [];
  limits = [];
  lines = [];
  metrics = async () => "forge_leader 1\n";
  server = new HealthServer({
    port: 0,
    host: "127.0.0.1",
    log: recordingLogger(lines),
    healthy: () => [],
    ready: () => problems,
    limited: () => limits,
    metrics: { contentType: "text/plain; version=0.0.4", metrics: () => metrics() },
  });
  url = `http://127.0.0.1:${await server.start()}`;
});

afterEach(() => server.stop());

async function get(path: string, method = "GET") {
  const response = await fetch(url + path, { method });
  return { status: response.status, text: await response.text(), headers: response.headers };
}

test("what it does without is told, and it is ready all the same", async () => {
  limits = ["read-only: the ledger is away"];
  const limited = "ok\nread-only: the ledger is away\n";
  expect(await get("/readyz")).toMatchObject({ status: 200, text: limited });
  expect(await get("/healthz")).toMatchObject({ status: 200, text: "ok\n" });
  problems = ["another"];
  const both = "another\nread-only: the ledger is away\n";
  expect(await get("/readyz")).toMatchObject({ status: 503, text: both });
});

test("health, readiness and metrics", async () => {
  expect(await get("/healthz")).toMatchObject({ status: 200, text: "ok\n" });
  expect(await get("/readyz?verbose")).toMatchObject({ status: 200, text: "ok\n" });
  problems = ["releases: first list not complete", "another"];
  const notReady = "releases: first list not complete\nanother\n";
  expect(await get("/readyz")).toMatchObject({ status: 503, text: notReady });
  const answer = await get("/metrics");
  expect(answer).toMatchObject({ status: 200, text: "forge_leader 1\n" });
  expect(answer.headers.get("content-type")).toBe("text/plain; version=0.0.4");
});

test("anything else is refused", async () => {
  expect(await get("/")).toMatchObject({ status: 404 });
  expect(await get("/healthz", "POST")).toMatchObject({ status: 405 });
});

test("metrics that fail are an error of their own, and say nothing of why", async () => {
  metrics = () => Promise.reject(new Error("inner"));
  expect(await get("/metrics")).toMatchObject({ status: 500, text: "metrics failed\n" });
  expect(lines.at(-1)).toMatchObject({ level: "error", message: "metrics failed" });
});

test("a port that is taken is an error at start", async () => {
  const again = new HealthServer({
    port: Number(new URL(url).port),
    host: "127.0.0.1",
    log: recordingLogger(),
    healthy: () => [],
    ready: () => [],
    metrics: { contentType: "text/plain", metrics },
  });
  await expect(again.start()).rejects.toMatchObject({ code: "EADDRINUSE" });
});
