import { expect, test } from "vitest";
import type { PointerDelivery } from "../../api/index.ts";
import { withHealthySince, withoutReport } from "./healthy-since.ts";

const now = new Date("2026-11-21T12:00:00.500Z");
const healthySince = "2026-11-20T12:00:00Z";
const healthy: PointerDelivery = {
  deployment: "dev-auth-1",
  application: "argocd/dev-auth",
  sync: "Synced",
  health: "Healthy",
};

test.each([
  { because: "it became healthy", told: healthy, before: undefined, since: "2026-11-21T12:00:00Z" },
  {
    because: "it still is",
    told: healthy,
    before: { ...healthy, healthySince },
    since: healthySince,
  },
  {
    because: "another deployment was",
    told: healthy,
    before: { ...healthy, deployment: "dev-auth-0", healthySince },
    since: "2026-11-21T12:00:00Z",
  },
  {
    because: "it was not in between",
    told: healthy,
    before: { ...healthy, health: "Degraded" },
    since: "2026-11-21T12:00:00Z",
  },
  {
    because: "it is degraded now",
    told: { ...healthy, health: "Degraded" },
    before: { ...healthy, healthySince },
    since: undefined,
  },
  {
    because: "the cluster has something else",
    told: { ...healthy, sync: "OutOfSync" },
    before: { ...healthy, healthySince },
    since: undefined,
  },
])("healthy since $since, since $because", ({ told, before, since }) => {
  expect(withHealthySince(told, before, now).healthySince).toBe(since);
});

test("nothing is said of a pointer that nothing ever reported on", () => {
  expect(withoutReport({ before: undefined, deployment: "dev-auth-2" })).toBeUndefined();
});

test("a report that stopped is no health", () => {
  const before = { ...healthy, healthySince };
  const told = withoutReport({ before, deployment: "dev-auth-1" }) ?? healthy;
  expect(told).toMatchObject({ deployment: "dev-auth-1", sync: "Unknown", health: "Unknown" });
  expect(withHealthySince(told, before, now).healthySince).toBeUndefined();
});
