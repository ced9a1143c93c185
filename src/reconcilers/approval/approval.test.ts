import { expect, test } from "vitest";
import { KubeError } from "../../../controller/kube/index.ts";
import { environmentKind, parseSpec, type ReleaseApproval } from "../../api/index.ts";
import type { ReconcilerDeps } from "../ports.ts";
import { createApprovalReconciler } from "./approval.ts";

const key = { namespace: "ns", name: "ok" };
const { signal } = new AbortController();

function environment(generation: number, creationTimestamp = "2026-11-01T00:00:00Z") {
  const gitOps = { url: "https://git.example.com/gitops.git" };
  const promotionPolicy = { requiresApproval: true, approvals: { required: generation } };
  const metadata = { namespace: "ns", name: "production", generation, creationTimestamp };
  return { metadata, spec: parseSpec(environmentKind, { gitOps, promotionPolicy }) };
}

interface Given {
  readonly spec?: object;
  readonly status?: object;
  /** null: there is none. */
  readonly live?: object | null;
}

/** The policy that the reconciler writes into an approval's status; undefined: it writes none. */
async function bound({ spec, status, live = environment(3) }: Given): Promise<unknown> {
  const approval = {
    metadata: { ...key, generation: 1, creationTimestamp: "2026-11-21T11:00:00Z" },
    spec: {
      environment: "production",
      release: { repository: "r", project: "auth" },
      decision: "Approve",
      ...spec,
    },
    ...(status && { status }),
  } as unknown as ReleaseApproval;
  let written: { status?: { policy?: unknown } } | undefined;
  const deps = {
    client: {
      get: async () => {
        if (live === null) throw new KubeError("NotFound", "it is gone", { status: 404 });
        return live;
      },
      applyStatus: async (_: unknown, body: object) => (written = body),
    },
    caches: {
      approvals: { get: () => approval },
      projects: { byIndex: () => [] },
    },
    settings: {},
  } as unknown as ReconcilerDeps;
  const reconciler = createApprovalReconciler(deps);
  await reconciler.reconcile(key, { signal } as Parameters<typeof reconciler.reconcile>[1]);
  return written?.status?.policy;
}

const rulesOfGeneration = (required: number) => ({
  generation: required,
  rules: { promotionPolicy: { approvals: { required } } },
});

test.each<Given & { because: string; policy: object }>([
  { because: "it names no generation, as before the upgrade", policy: rulesOfGeneration(3) },
  {
    because: "its author saw what the controller sees",
    spec: { environmentGeneration: 3 },
    policy: rulesOfGeneration(3),
  },
])("is bound to rules: $because", async ({ policy, because: _, ...given }) => {
  expect(await bound(given)).toMatchObject(policy);
});

test.each<Given & { because: string }>([
  {
    because: "the environment changed since its author saw it",
    spec: { environmentGeneration: 2 },
    live: environment(3),
  },
  {
    because: "the environment was made again since",
    spec: { environmentGeneration: 3 },
    live: environment(3, "2026-11-21T11:00:01Z"),
  },
])("is bound to unknown rules: $because", async ({ because: _, ...given }) => {
  const policy = await bound(given);
  expect(policy).toMatchObject({ generation: expect.any(Number) });
  expect(policy).not.toHaveProperty("rules");
});

test.each<Given & { because: string }>([
  { because: "it is bound already", status: { policy: { generation: 1 } } },
  { because: "it is a rejection", spec: { decision: "Reject" } },
  { because: "it was revoked", spec: { revoked: { reason: "Too early" } } },
  { because: "the environment is not there yet", live: null },
])("is left alone: $because", async ({ because: _, ...given }) => {
  expect(await bound(given)).toBeUndefined();
});
