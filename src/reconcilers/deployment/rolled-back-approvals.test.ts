import { expect, test } from "vitest";
import type { ReleaseApproval, ReleaseDeployment } from "../../api/index.ts";
import type { ReconcilerDeps } from "../ports.ts";
import { endApprovals } from "./rolled-back-approvals.ts";

const at = new Date("2026-11-21T12:00:00Z");
const { signal } = new AbortController();
const record = {
  metadata: { namespace: "ns", name: "production-auth-2" },
  spec: { environment: "production", repository: "r", project: "auth", release: { digest: "x" } },
} as unknown as ReleaseDeployment;

async function ended(spec: object, created: string, status?: object): Promise<unknown> {
  const approval = {
    metadata: { namespace: "ns", name: "ok", creationTimestamp: created },
    spec: { environment: "production", decision: "Approve", release: { digest: "x" }, ...spec },
    ...(status && { status }),
  } as unknown as ReleaseApproval;
  let written: { status?: unknown } | undefined;
  const deps = {
    caches: { approvals: { byIndex: () => [approval] } },
    client: { applyStatus: async (_: unknown, body: object) => (written = body) },
  } as unknown as ReconcilerDeps;
  await endApprovals(deps, record, at, signal);
  return written?.status;
}

const before = "2026-11-20T12:00:00Z";

test("a rollback ends what was approved before it", async () => {
  expect(await ended({}, before)).toEqual({
    rolledBack: { deployment: "production-auth-2", at: "2026-11-21T12:00:00.000Z" },
  });
});

test.each([
  { because: "it was given since", spec: {}, created: "2026-11-21T12:00:01Z" },
  { because: "it is of another image", spec: { release: { digest: "y" } }, created: before },
  { because: "it is for another environment", spec: { environment: "dev" }, created: before },
  { because: "it is a rejection", spec: { decision: "Reject" }, created: before },
  { because: "it was revoked", spec: { revoked: { reason: "x" } }, created: before },
  {
    because: "it has ended already",
    spec: {},
    created: before,
    status: { rolledBack: { deployment: "production-auth-1", at: before } },
  },
])("a rollback leaves an approval alone: $because", async ({ spec, created, status }) => {
  expect(await ended(spec, created, status)).toBeUndefined();
});
