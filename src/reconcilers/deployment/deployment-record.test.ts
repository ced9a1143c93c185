import { expect, test } from "vitest";
import type { ReleaseDeployment } from "../../api/index.ts";
import { trimDeployment } from "../trimmed.ts";
import { completeRecord } from "./deployment-record.ts";

const key = { namespace: "ns", name: "dev-auth-1" };
const git = { commit: "c".repeat(40), path: "release.yaml" };
const now = "2026-03-01T12:00:00.000Z";
const earlier = "2026-03-01T09:00:00Z";
const created = "2026-03-01T08:00:00Z";

/** What is written when a deployment is said to be committed; the record is as caches keep it. */
async function completed(
  known: object | undefined,
  time?: string,
  isFound?: boolean,
): Promise<object | undefined> {
  let written: object | undefined;
  const metadata = { ...key, creationTimestamp: created };
  const record = { metadata, spec: { request: {} }, ...known } as ReleaseDeployment;
  const deps = {
    client: { applyStatus: async (_: unknown, body: object) => void (written = body) },
    caches: { deployments: { get: () => known && trimDeployment(record) } },
    clock: { now: () => Date.parse(now) },
  } as unknown as Parameters<typeof completeRecord>[0];
  const { signal } = new AbortController();
  const found = { ...git, ...(time && { time }), ...(isFound && { isFound }) };
  await completeRecord(deps, key, found, signal);
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

test.each([
  {
    because: "the time that a commit bears moves no soak",
    known: undefined,
    time: earlier,
    isFound: true,
    status: { countsFrom: now, foundInGit: true },
  },
  {
    because: "a controller that was started again saw its own commit now",
    known: { status: { outcome: "Pending" } },
    time: earlier,
    status: { countsFrom: now },
  },
  {
    because: "a record that the cluster held keeps its own",
    known: { status: { outcome: "Active", committedAt: earlier, countsFrom: earlier } },
    status: { countsFrom: earlier },
  },
  {
    because: "a record that was found in Git stays one",
    known: { status: { committedAt: earlier, countsFrom: earlier, foundInGit: true } },
    status: { countsFrom: earlier, foundInGit: true },
  },
  {
    because: "a record of an older forge counts from its commit",
    known: { status: { outcome: "Active", committedAt: earlier } },
    status: { countsFrom: "2026-03-01T09:00:00.000Z" },
  },
  {
    because: "and no earlier than the API server stored it",
    known: { status: { outcome: "Active", committedAt: "2020-01-01T00:00:00Z" } },
    status: { countsFrom: "2026-03-01T08:00:00.000Z" },
  },
])("countsFrom: $because", async ({ known, time, isFound, status }) => {
  expect(await completed(known, time, isFound)).toMatchObject({ status });
});

test.each([
  { known: undefined, because: "nothing ever stood in its way" },
  { known: { status: { outcome: "Failed" } }, because: "what stood in its way is gone" },
  { known: { status: { outcome: "Active" } }, because: "said again, it says no less" },
])("it is ready and not stalled: $because", async ({ known }) => {
  const condition = { reason: "Committed", observedGeneration: 1, lastTransitionTime: now };
  expect(await completed(known)).toMatchObject({
    status: {
      conditions: [
        { type: "Ready", status: "True", ...condition },
        { type: "Stalled", status: "False", ...condition },
      ],
    },
  });
});
