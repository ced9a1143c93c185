import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { sql } from "kysely";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { append } from "./append.ts";
import { migrate } from "./migrations/migrate.ts";
import type { Entry, PageRequest } from "./ports.ts";
import { readPage } from "./read.ts";
import { openSqlite } from "./store/sqlite.ts";
import type { Store } from "./store/store.ts";
import { fact, facts } from "./testing/facts.ts";

const folder = mkdtempSync(join(tmpdir(), "forge-read-"));
const opened: Store[] = [];
afterAll(async () => {
  for (const { db } of opened) await db.destroy();
  rmSync(folder, { recursive: true, force: true });
});

async function storeOf(name: string): Promise<Store> {
  const store = openSqlite(join(folder, `${name}.db`), 1_000);
  opened.push(store);
  await migrate(store, Date.now);
  return store;
}

describe("pages, in slices", () => {
  const limits = { sliceRows: 2, slices: 2, narrowRows: 3 };
  const moment = (second: number) => new Date(Date.UTC(2026, 0, 1) + second * 1_000).toISOString();
  let store: Store;
  let all: Entry[];

  beforeAll(async () => {
    store = await storeOf("slices");
    const rare = fact(91, { namespace: "rare", kind: "Approval", environment: "rare" });
    // Some are recorded as they happen, others later, and in another order.
    const early = await append(store, facts(1, 60), () => Date.parse(moment(60)));
    const late = [...facts(92, 120), rare, ...facts(61, 90)];
    all = [...early.recorded, ...(await append(store, late, Date.now)).recorded];
  });

  const optional = <T>(values: fc.Arbitrary<T>) => fc.option(values, { nil: undefined });
  const names = fc.subarray(["team-0", "team-1", "team-2", "rare", "none"]);
  const requests = fc.record({
    order: fc.constantFrom("newest" as const, "oldest" as const),
    limit: fc.integer({ min: 1, max: 12 }),
    namespaces: optional(names),
    kinds: optional(fc.constantFrom(["Action" as const], ["Approval" as const])),
    environment: optional(fc.constantFrom("dev", "rare", "none")),
    actor: optional(fc.constantFrom("alice", "bob")),
    since: optional(fc.integer({ min: 0, max: 130 }).map(moment)),
    before: optional(fc.integer({ min: 0, max: 130 }).map(moment)),
  });

  test("are all that was asked for, once and in order, and each looks at so much", async () => {
    await fc.assert(
      fc.asyncProperty(requests, async (given) => {
        const request = Object.fromEntries(
          Object.entries(given).filter(([, value]) => value !== undefined),
        ) as PageRequest;
        const wanted = all.filter((entry) => isWanted(entry, request));
        const read: Entry[] = [];
        let after: number | undefined;
        for (let pages = 0; pages < 400; pages++) {
          const page = await readPage(
            ...([store, { ...request, ...(after && { after }) }, undefined, limits] as const),
          );
          expect(page.items.length).toBeLessThanOrEqual(given.limit);
          read.push(...page.items);
          if (page.next === undefined) break;
          expect(page.next).not.toBe(after);
          after = page.next;
        }
        expect(read).toEqual(given.order === "oldest" ? wanted : wanted.toReversed());
      }),
    );
  });
});

function isWanted(entry: Entry, request: PageRequest): boolean {
  const { namespaces, kinds, environment, actor, since, before } = request;
  return (
    namespaces?.includes(entry.namespace) !== false &&
    kinds?.includes(entry.kind) !== false &&
    (environment === undefined || entry.environment === environment) &&
    (actor === undefined || entry.actor === actor) &&
    (since === undefined || entry.time >= since) &&
    (before === undefined || entry.time < before)
  );
}

describe("a search that finds nothing in a large ledger", () => {
  const count = 60_000;
  let store: Store;

  /** By one statement: what is appended is hashed and written entry by entry. */
  beforeAll(async () => {
    store = await storeOf("large");
    const second = sql`strftime('%Y-%m-%dT%H:%M:%fZ', 1767225600 + n, 'unixepoch')`;
    await sql`
      with recursive numbers(n) as (select 1 union all select n + 1 from numbers where n < ${count})
      insert into ledger_entry
      select n, n, 'Action', 'Deploy', ${second}, ${second}, 'team-' || (n % 3),
        'company/monorepo', 'auth', 'dev', 'bob', 'subject', '{}', '', ''
      from numbers
    `.execute(store.db);
    await store.db.updateTable("ledger_head").set({ sequence: count }).execute();
  });

  /** Turns that others had meanwhile. */
  async function turnsDuring(work: () => Promise<unknown>): Promise<number> {
    let turns = 0;
    let isOver = false;
    const turn = () => {
      turns += 1;
      if (!isOver) setImmediate(turn);
    };
    setImmediate(turn);
    await work();
    isOver = true;
    return turns;
  }

  const actor = "nobody-of-them";
  test.each<{ readonly because: string; readonly request: PageRequest }>([
    { because: "no column leads", request: { events: ["None"] } },
    { because: "a kind leads that all have", request: { kinds: ["Action"], events: ["None"] } },
    { because: "of one tenant", request: { namespaces: ["team-1"], repository: "none" } },
    { because: "of many", request: { namespaces: ["team-0", "team-1"], repository: "none" } },
    { because: "before a time", request: { before: "2026-01-01T10:00:00Z", repository: "none" } },
  ])("gives others their turn, and ends with a cursor: $because", async ({ request }) => {
    let after: number | undefined;
    let pages = 0;
    const turns = await turnsDuring(async () => {
      do {
        const page = await readPage(store, { ...request, ...(after && { after }) });
        expect(page.items).toEqual([]);
        after = page.next;
        pages += 1;
      } while (after !== undefined);
    });
    expect(turns).toBeGreaterThanOrEqual(9);
    expect(pages).toBeLessThanOrEqual(2);
  });

  test("looks at no more than its index leaves, or its span of time", async () => {
    expect(await readPage(store, { actor, events: ["None"] })).toEqual({ items: [] });
    const span = { since: "2026-01-01T02:00:00Z", before: "2026-01-01T02:10:00Z" };
    const few = await readPage(store, { ...span, namespaces: ["team-1"], limit: 500 });
    expect([few.items.length, few.next]).toEqual([200, undefined]);
    expect(await readPage(store, { ...span, repository: "none" })).toEqual({ items: [] });
  });
});
