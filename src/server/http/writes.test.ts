import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, onTestFinished, test } from "vitest";
import { ManualClock } from "../../../controller/kube/testing/index.ts";
import { ForgeError } from "../../api/index.ts";
import { type Entry, openLedger } from "../../ledger/index.ts";
import { createLogger } from "../../telemetry/index.ts";
import type { Call, Route } from "./route.ts";
import { Writes } from "./writes.ts";

const folder = mkdtempSync(join(tmpdir(), "forge-writes-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const log = createLogger("error", {}, { write: () => undefined });

let count = 0;

/** Replicas that record in one ledger, and what a caller asks of them. */
async function scene(replicas = 1) {
  const ledger = await openLedger({ sqlite: join(folder, `${++count}.db`) });
  onTestFinished(() => ledger.close());
  const clock = new ManualClock();
  const deps = {
    ...{ clock, log, ledger: { isConfigured: true, open: () => ledger } },
    stopping: new AbortController().signal,
    access: { readable: async () => new Set(["team", "second-team"]) },
  };
  const writes = Array.from({ length: replicas }, () => new Writes(deps as never));
  const write = async ({
    work = async () => ({ status: 201, body: {} }) as object,
    key,
    release = "1",
    at = 0,
    namespace = "team",
    params = {},
    query = {},
    ifMatch,
  }: Asked) => {
    const needs = { reads: "releases" };
    const route = { operation: "createRelease", method: "POST", needs, handle: work };
    const call = {
      ...{ caller: { user: "dave" }, requestId: "one-id", params, query },
      body: { release },
      located: { namespace, repository: "company/a", project: "b" },
      headers: new Headers({
        ...(key !== undefined && { "idempotency-key": key }),
        ...(ifMatch !== undefined && { "if-match": ifMatch }),
      }),
    };
    try {
      return await writes[at]?.handle(route as unknown as Route, call as unknown as Call);
    } catch (error) {
      return (error as ForgeError).code;
    }
  };
  const entries = async () => (await ledger.read({ order: "oldest", limit: 500 })).items;
  return { clock, write, entries };
}

interface Asked {
  readonly work?: () => Promise<object>;
  readonly key?: string;
  readonly release?: string;
  readonly at?: number;
  readonly namespace?: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly ifMatch?: string;
}

const refused = () => Promise.reject(new ForgeError("ReleaseConflict", "it is another one"));

/** How each request of the ledger ended, by the id that the server gave it. */
function endsOf(entries: readonly Entry[]): readonly (readonly string[])[] {
  const byId = Map.groupBy(entries, ({ details }) => String(details["action"]));
  return [...byId.values()].map((of) => of.map(({ event }) => event.replace("createRelease", "")));
}

describe("N requests are N entries, and N ends", () => {
  test.each([
    {
      because: "each is refused for the same reason",
      requests: [1, 2, 3, 4].map(() => ({ work: refused, key: "same" })),
      ends: ["Failed", "Failed", "Failed", "Failed"],
    },
    {
      because: "nobody gives a key",
      requests: [{ work: refused }, { work: refused }, {}, {}],
      ends: ["Failed", "Failed", "Answered", "Answered"],
    },
    {
      because: "the second one is done, and the third one answered again",
      requests: [{ work: refused, key: "same" }, { key: "same" }, { key: "same" }],
      ends: ["Failed", "Answered", "Answered"],
    },
    {
      because: "a key is used for something else",
      requests: [{ key: "same" }, { key: "same", release: "2" }, { key: "same", release: "2" }],
      ends: ["Answered", "Failed", "Failed"],
    },
    {
      because: "what is given as a key is none",
      requests: [{ key: "no key" }, { key: "no key" }],
      ends: ["Failed", "Failed"],
    },
  ])("$because", async ({ requests, ends }) => {
    const { write, entries } = await scene();
    for (const request of requests) await write(request);
    expect(endsOf(await entries())).toEqual(ends.map((end) => ["Asked", end]));
  });

  test("two replicas that do the same key at the same time have an end each", async () => {
    const { write, entries } = await scene(2);
    const gate = Promise.withResolvers<object>();
    const work = () => gate.promise;
    const both = [0, 1].map((at) => write({ key: "same", at, work }));
    gate.resolve({ status: 201, body: {} });
    await Promise.all(both);
    const ended = (await entries()).filter(({ event }) => event.endsWith("Answered"));
    expect(new Set(ended.map(({ details }) => details["action"])).size).toBe(2);
  });

  test("what one replica answered, another one answers again", async () => {
    const { write, entries } = await scene(2);
    await write({ key: "same", at: 0, work: async () => ({ status: 201, body: { n: 1 } }) });
    expect(await write({ key: "same", at: 1 })).toEqual({ status: 201, body: { n: 1 } });
    const last = (await entries()).at(-1);
    expect(last).toMatchObject({ event: "createReleaseAnswered", details: { replayed: true } });
  });
});

describe("a key stands for one request", () => {
  const first: Asked = {
    key: "same",
    params: { environment: "staging" },
    query: { namespace: "team", fields: "metadata" },
    ifMatch: '"7"',
  };

  test.each<{ because: string; change: Asked }>([
    {
      because: "another namespace in the query",
      change: { query: { ...first.query, namespace: "second-team" }, namespace: "second-team" },
    },
    {
      because: "the project is located in another namespace",
      change: { namespace: "second-team" },
    },
    {
      because: "another parameter of the query",
      change: { query: { ...first.query, fields: "spec" } },
    },
    {
      because: "a parameter of the query is missing",
      change: { query: { namespace: "team" } },
    },
    { because: "another path", change: { params: { environment: "production" } } },
    { because: "another body", change: { release: "2" } },
    { because: "another version is expected", change: { ifMatch: '"8"' } },
  ])("$because: refused, and neither done nor replayed", async ({ change }) => {
    const { write, entries } = await scene(2);
    await write(first);
    for (const at of [0, 1]) {
      const work = () => Promise.reject(new Error("done a second time"));
      expect(await write({ ...first, ...change, at, work })).toBe("IdempotencyKeyReused");
    }
    expect((await entries()).filter(({ details }) => details["replayed"] === true)).toEqual([]);
  });

  test("the order of the query's parameters makes no other request", async () => {
    const { write } = await scene();
    const done = await write(first);
    const query = { fields: "metadata", namespace: "team" };
    const work = () => Promise.reject(new Error("done a second time"));
    expect(await write({ ...first, query, work })).toEqual(done);
  });
});

describe("a caller that is refused", () => {
  test("writes nothing under a namespace that it may not see, and is counted", async () => {
    const { clock, write, entries } = await scene();
    let isDone = false;
    const work = async () => {
      isDone = true;
      return {};
    };
    for (let n = 0; n < 400; n++) {
      expect(await write({ work, namespace: "another-team" })).toBe("AccessDenied");
    }
    clock.advance(60_000);
    await expect.poll(async () => (await entries()).length).toBe(2);
    expect(isDone).toBe(false);
    for (const { namespace, event } of await entries()) {
      expect([namespace, event]).toEqual(["", "createReleaseRefused"]);
    }
    expect((await entries()).map(({ details }) => details["count"])).toEqual([1, 399]);
  });

  test("leaves so many entries, and is then slowed down and counted", async () => {
    const { clock, write, entries } = await scene();
    const codes: unknown[] = [];
    for (let n = 0; n < 100; n++) codes.push(await write({ work: refused }));
    expect(codes.filter((code) => code === "ReleaseConflict")).toHaveLength(60);
    expect(codes.filter((code) => code === "RateLimited")).toHaveLength(40);
    clock.advance(60_000);
    await expect.poll(async () => (await entries()).length).toBe(122);
    const counted = (await entries()).filter(({ event }) => event.endsWith("Refused"));
    expect(counted.map(({ details }) => details["count"])).toEqual([1, 39]);
    expect(counted.map(({ namespace }) => namespace)).toEqual(["team", "team"]);
  });

  test("is not held up by the server's own faults", async () => {
    const { write } = await scene();
    const work = () => Promise.reject(new ForgeError("ClusterUnreachable", "away"));
    for (let n = 0; n < 70; n++) expect(await write({ work })).toBe("ClusterUnreachable");
  });
});
