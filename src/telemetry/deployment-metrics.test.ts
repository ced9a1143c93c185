import { Registry } from "prom-client";
import { describe, expect, test } from "vitest";
import { DeploymentMetrics } from "./deployment-metrics.ts";

const place = { namespace: "shop", project: "company/monorepo/auth", environment: "production" };
const labels = 'namespace="shop",project="company/monorepo/auth",environment="production"';

async function linesOf(registry: Registry): Promise<readonly string[]> {
  return (await registry.metrics()).split("\n").filter((line) => line && !line.startsWith("#"));
}

describe("what is told of deployments", () => {
  test("a place begins at nothing", async () => {
    const registry = new Registry();
    new DeploymentMetrics(registry).track(place);
    const lines = await linesOf(registry);
    expect(lines).toContain(`forge_deployments_total{${labels}} 0`);
    expect(lines).toContain(`forge_deployment_failures_total{${labels}} 0`);
  });

  test("a deployment counts once, however often it is told", async () => {
    const registry = new Registry();
    const metrics = new DeploymentMetrics(registry);
    for (const name of ["auth-1", "auth-1", "auth-2"]) metrics.deployed(name, place, 600);
    for (const name of ["auth-2", "auth-2"]) metrics.rolledBack(name, place, 120);
    const lines = await linesOf(registry);
    expect(lines).toContain(`forge_deployments_total{${labels}} 2`);
    expect(lines).toContain(`forge_deployment_lead_time_seconds_sum{${labels}} 1200`);
    expect(lines).toContain(`forge_deployment_failures_total{${labels}} 1`);
    expect(lines).toContain(`forge_deployment_recovery_seconds_sum{${labels}} 120`);
  });

  test.each([
    { leadSeconds: undefined, because: "nobody knows when the source was committed" },
    { leadSeconds: -60, because: "a commit from the future took no time" },
  ])("no lead time is made up: $because", async ({ leadSeconds }) => {
    const registry = new Registry();
    new DeploymentMetrics(registry).deployed("auth-1", place, leadSeconds);
    const lines = await linesOf(registry);
    expect(lines).toContain(`forge_deployments_total{${labels}} 1`);
    expect(lines).toContain(`forge_deployment_lead_time_seconds_count{${labels}} 0`);
  });

  test("ten thousand places have no more series than five hundred", async () => {
    const registry = new Registry();
    const metrics = new DeploymentMetrics(registry);
    for (let n = 0; n < 10_000; n++) {
      const one = { ...place, project: `company/monorepo/project-${n}` };
      metrics.track(one);
      metrics.deployed(`d-${n}`, one, 60);
      metrics.rolledBack(`d-${n}`, one, 60);
    }
    const lines = await linesOf(registry);
    expect(lines.length).toBeLessThanOrEqual(501 * 23);
    expect(lines).toContain(
      'forge_deployments_total{namespace="other",project="other",environment="other"} 9500',
    );
  });
});
