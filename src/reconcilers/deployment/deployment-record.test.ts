import { expect, test } from "vitest";
import { completeRecord } from "./deployment-record.ts";

const key = { namespace: "ns", name: "dev-auth-1" };
const git = { commit: "c".repeat(40), path: "release.yaml" };
const now = "2026-03-01T12:00:00.000Z";
const earlier = "2026-03-01T09:00:00Z";

/** What is written when a deployment is said to be committed. */
async function completed(known: object | undefined, time?: string): Promise<object | undefined> {
  let written: object | undefined;
  const deps = {
    client: { applyStatus: async (_: unknown, body: object) => void (written = body) },
    caches: { deployments: { get: () => known } },
    clock: { now: () => Date.parse(now) },
  } as unknown as Parameters<typeof completeRecord>[0];
  const { signal } = new AbortController();
  await completeRecord(deps, key, { ...git, ...(time && { time }) }, signal);
  return written;
}

test.each([
  { known: undefined, time: undefined, committedAt: now, because: "it was pushed just now" },
  { known: undefined, time: earlier, committedAt: earlier, because: "the log in Git says when" },
  {
    known: { status: { outcome: "Active", committedAt: earlier } },
    time: undefined,
    committedAt: earlier,
    because: "said again after a crash, it does not become later",
  },
])("committedAt: $because", async ({ known, time, committedAt }) => {
  expect(await completed(known, time)).toMatchObject({
    status: { outcome: "Active", committedAt },
  });
});

const condition = (type: string, status: string) => ({ type, status, reason: "x", message: "y" });

test.each([
  { known: undefined, types: ["Ready"], because: "nothing ever stood in its way" },
  {
    known: { outcome: "Failed", conditions: [condition("Stalled", "True")] },
    types: ["Ready", "Stalled"],
    because: "what stood in its way is gone",
  },
  {
    known: {
      outcome: "Active",
      conditions: [condition("Ready", "True"), condition("Stalled", "False")],
    },
    types: ["Ready", "Stalled"],
    because: "said again, it says no less",
  },
])("$types: $because", async ({ known, types }) => {
  const written = await completed(known && { status: known });
  expect(written).toMatchObject({
    status: { conditions: types.map((type) => expect.objectContaining({ type })) },
  });
});
