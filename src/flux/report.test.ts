import { describe, expect, test } from "vitest";
import type { PointerDelivery } from "../api/index.ts";
import type { FluxCondition, Kustomization } from "./objects.ts";
import { reportOf } from "./report.ts";

const digest = `sha256:${"a".repeat(64)}`;
const older = `sha256:${"b".repeat(64)}`;

function kustomization(
  status: Omit<NonNullable<Kustomization["status"]>, "conditions">,
  conditions: Readonly<Record<string, readonly [status: string, reason: string]>> = {},
  spec: Kustomization["spec"] = {},
): Kustomization {
  return {
    apiVersion: "kustomize.toolkit.fluxcd.io/v1",
    kind: "Kustomization",
    metadata: { name: "production.auth", namespace: "flux-system", generation: 2 },
    spec,
    status: {
      observedGeneration: 2,
      ...status,
      conditions: Object.entries(conditions).map(
        ([type, [value, reason]]): FluxCondition => ({
          type,
          status: value,
          reason,
          message: "so",
        }),
      ),
    },
  };
}

const applied = { lastAppliedRevision: digest, lastAttemptedRevision: digest };
const attempted = { lastAppliedRevision: older, lastAttemptedRevision: digest };
const ready = ["True", "ReconciliationSucceeded"] as const;
const healthy = ["True", "Succeeded"] as const;
const looking = ["Unknown", "Progressing"] as const;
const ill = ["False", "HealthCheckFailed"] as const;
const said = (health: string, more: Partial<PointerDelivery> = {}): PointerDelivery => ({
  deployment: "d-1",
  application: "flux-system/production.auth",
  sync: "Synced",
  health,
  ...more,
});

describe("what Flux makes of a deployment", () => {
  test.each([
    {
      of: kustomization(applied, { Ready: ready, Healthy: healthy }),
      is: "Synced Healthy",
      because: "it was applied and found well",
    },
    {
      of: kustomization(
        { lastAppliedRevision: `1.4.0@${digest}` },
        { Ready: ready, Healthy: healthy },
      ),
      is: "Synced Healthy",
      because: "by a tag the digest stands behind it",
    },
    {
      of: kustomization(applied, { Ready: ready }),
      is: "Synced Unknown",
      because: "nobody looked whether it is well",
    },
    {
      of: kustomization({ lastAppliedRevision: older }, { Ready: ready, Healthy: healthy }),
      is: "OutOfSync Unknown",
      because: "it is the release before that is well",
    },
    { of: kustomization({}), is: "OutOfSync Unknown", because: "nothing was applied yet" },
    {
      of: kustomization(attempted, { Ready: looking, Healthy: looking }),
      is: "OutOfSync Progressing",
      because: "it is on the way",
    },
    {
      of: kustomization(attempted, { Ready: ill, Healthy: ill }),
      is: "Synced Degraded",
      because: "it was applied and is ill",
    },
    {
      of: kustomization(applied, { Ready: ill, Healthy: ill }),
      is: "Synced Degraded",
      because: "it was well once",
    },
    {
      of: kustomization(attempted, { Ready: ["False", "ReconciliationFailed"] }),
      is: "OutOfSync Unknown",
      because: "the API server did not take it",
    },
    {
      of: kustomization({ ...applied, observedGeneration: 1 }, { Ready: ill }),
      is: "Synced Progressing",
      because: "that was said of an older spec",
    },
    {
      of: kustomization(applied, { Ready: ready, Healthy: healthy }, { suspend: true }),
      is: "Synced Suspended",
      because: "nobody looks any more",
    },
  ])("is $is, because $because", ({ of, is }) => {
    const awaited = { deployment: "d-1", digest, before: undefined };
    const report = reportOf(awaited, { kustomization: of, source: undefined });
    expect(`${report.sync} ${report.health}`).toBe(is);
  });

  test.each([
    { before: said("Healthy"), health: "Healthy", because: "it was well, and may still be" },
    { before: said("Degraded"), health: "Degraded", because: "it was ill, and may still be" },
    {
      before: said("Healthy", { deployment: "d-0" }),
      health: "Progressing",
      because: "another deployment was well",
    },
    {
      before: said("Healthy", { application: "argocd/auth" }),
      health: "Progressing",
      because: "another said so",
    },
    {
      before: said("Unknown", { sync: "OutOfSync" }),
      health: "Progressing",
      because: "it had not come so far",
    },
  ])("while it looks again health is $health, because $because", ({ before, health }) => {
    const again = kustomization(applied, { Ready: looking, Healthy: looking });
    const awaited = { deployment: "d-1", digest, before };
    expect(reportOf(awaited, { kustomization: again, source: undefined }).health).toBe(health);
  });

  test("what is wrong is told, be it with the image or with its objects", () => {
    const { spec: _, ...object } = kustomization({});
    const source = {
      ...object,
      status: { conditions: [{ type: "Ready", status: "False", message: "no such digest" }] },
    };
    const awaited = { deployment: "d-1", digest, before: undefined };
    const fine = kustomization(applied, { Ready: ready });
    expect(reportOf(awaited, { kustomization: fine, source }).message).toBe("no such digest");
    const failed = kustomization(attempted, { Ready: ["False", "BuildFailed"] });
    expect(reportOf(awaited, { kustomization: failed, source }).message).toBe("so");
  });
});
