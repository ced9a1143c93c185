import { Registry } from "prom-client";
import { describe, expect, test } from "vitest";
import type { ReleaseDeployment, ReleasePointer } from "../../api/index.ts";
import { DeploymentMetrics } from "../../telemetry/index.ts";
import { measureDeployment, measureRollback } from "./measured-deployment.ts";

const digest = `sha256:${"a".repeat(64)}`;
const place = { repository: "company/monorepo", project: "auth", environment: "production" };
const pointer = {
  metadata: { namespace: "shop", name: "production-auth" },
  spec: { ...place, release: "1", request: { type: "Deploy" } },
} as ReleasePointer;
const begun = { name: "production-auth-1", sequence: 1, commit: "c", number: 1, digest };
const committed = "2026-01-01T12:00:00Z";

function measuring(release: object, record?: object) {
  const registry = new Registry();
  const deps = {
    caches: {
      releases: { byIndex: () => [release] },
      deployments: { get: () => record },
    },
    clock: { now: () => Date.parse("2026-01-01T13:00:00Z") },
    deploymentMetrics: new DeploymentMetrics(registry),
  } as never;
  const value = async (name: string) => {
    const line = (await registry.metrics()).split("\n").find((one) => one.startsWith(`${name}{`));
    return line === undefined ? undefined : Number(line.split(" ").at(-1));
  };
  return { deps, value };
}

const release = (status: object, trigger: object = {}) => ({
  spec: { commit: "c", trigger },
  status: { image: { digest }, ...status },
});

describe("what a deployment is to DORA", () => {
  test.each([
    {
      because: "it begins with the source's commit",
      release: release({ commitTime: "2026-01-01T11:00:00Z" }, { time: "2026-01-01T11:30:00Z" }),
      seconds: 3_600,
    },
    {
      because: "without one, with the push that triggered it",
      release: release({}, { time: "2026-01-01T11:30:00Z" }),
      seconds: 1_800,
    },
    { because: "without either nobody knows", release: release({}), seconds: 0 },
    {
      because: "another image of the commit tells nothing",
      release: { ...release({}), status: { image: { digest: "other" }, commitTime: committed } },
      seconds: 0,
    },
  ])("lead time: $because", async ({ release: known, seconds }) => {
    const { deps, value } = measuring(known);
    measureDeployment(deps, pointer, begun as never, committed);
    expect(await value("forge_deployments_total")).toBe(1);
    expect(await value("forge_deployment_lead_time_seconds_sum")).toBe(seconds);
  });

  test("a rollback is none, whatever the pointer asks for by then", async () => {
    const record = { spec: { request: { type: "Rollback" } } };
    const { deps, value } = measuring(release({}), record);
    measureDeployment(deps, pointer, begun as never, committed);
    expect(await value("forge_deployments_total")).toBeUndefined();
  });

  test.each([
    { because: "it ran until the rollback was committed", request: "Promote", failures: 1 },
    { because: "a rollback that is rolled back was no change", request: "Rollback", failures: 0 },
  ])("failure: $because", async ({ request, failures }) => {
    const { deps, value } = measuring(release({}));
    const record = {
      metadata: { namespace: "shop", name: "production-auth-1" },
      spec: { ...place, request: { type: request } },
      status: { committedAt: committed },
    } as unknown as ReleaseDeployment;
    measureRollback(deps, record, "2026-01-01T12:10:00Z");
    expect((await value("forge_deployment_failures_total")) ?? 0).toBe(failures);
    expect((await value("forge_deployment_recovery_seconds_sum")) ?? 0).toBe(failures * 600);
  });
});
