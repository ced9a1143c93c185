import { Registry } from "prom-client";
import { describe, expect, test } from "vitest";
import { ServerMetrics } from "./server-metrics.ts";

const routes = [
  { method: "GET", path: "/v1/releases/{repository}" },
  { method: "POST", path: "/v1/deployments" },
];

async function linesOf(registry: Registry): Promise<readonly string[]> {
  return (await registry.metrics()).split("\n").filter((line) => line && !line.startsWith("#"));
}

describe("what is told of requests", () => {
  test("every route is there before it is asked for", async () => {
    const registry = new Registry();
    new ServerMetrics(registry).track(routes);
    const lines = await linesOf(registry);
    for (const { method, path } of routes) {
      for (const status of ["2xx", "4xx", "5xx"]) {
        const labels = `method="${method}",route="${path}",status="${status}"`;
        expect(lines).toContain(`forge_server_requests_total{${labels}} 0`);
      }
    }
  });

  test("slots in use are read when they are asked for", async () => {
    const registry = new Registry();
    let inUse = 2;
    new ServerMetrics(registry).slots("events", () => inUse);
    expect(await linesOf(registry)).toContain('forge_server_slots_in_use{pool="events"} 2');
    inUse = 0;
    expect(await linesOf(registry)).toContain('forge_server_slots_in_use{pool="events"} 0');
  });

  test("a thousand paths that are none of the API are one", async () => {
    const registry = new Registry();
    const metrics = new ServerMetrics(registry);
    const before = (await linesOf(registry)).length;
    for (let n = 0; n < 1_000; n++) metrics.answered(undefined, 404, 0.001);
    const lines = await linesOf(registry);
    expect(lines).toContain(
      'forge_server_requests_total{method="none",route="none",status="4xx"} 1000',
    );
    expect(lines.length - before).toBeLessThanOrEqual(13);
  });
});
