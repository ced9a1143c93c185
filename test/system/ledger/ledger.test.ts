import { createHash } from "node:crypto";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { Entry, Filter, Ledger } from "../../../src/ledger/index.ts";
import { fact, facts } from "../../../src/ledger/testing/facts.ts";
import { bringToVersion, latestVersion } from "../../../src/ledger/testing/open-at-version.ts";
import { Databases, hasPostgres, type StoreKind, withoutGuard } from "./ledger-stores.ts";

describe("the ledger in SQLite", () => {
  verify("sqlite");
});
describe.skipIf(!hasPostgres)("the ledger in PostgreSQL", () => {
  verify("postgres");
});

function verify(kind: StoreKind): void {
  let databases: Databases;
  beforeAll(async () => {
    databases = await Databases.start(kind);
  });
  afterEach(() => databases.closeAll());
  afterAll(() => databases.stop());

  const allOf = async (ledger: Ledger, filter: Filter = {}): Promise<Entry[]> => {
    const entries: Entry[] = [];
    for await (const line of ledger.export(filter)) entries.push(JSON.parse(line) as Entry);
    return entries;
  };

  test("a fact is recorded once, however often it is told", async () => {
    const database = await databases.create();
    const ledger = await database.open();
    const first = await ledger.append([fact(1), fact(2), fact(1)]);
    expect(first.recorded.map(({ sequence, key }) => [sequence, key])).toEqual([
      [1, "Action/1"],
      [2, "Action/2"],
    ]);
    expect(first.known).toBe(1);
    await ledger.close();
    const again = await database.open();
    expect(await again.append(facts(1, 3))).toMatchObject({
      recorded: [{ sequence: 3 }],
      known: 2,
    });
    expect(await again.find("Action/2")).toEqual(first.recorded[1]);
    expect(await again.find("Action/9")).toBeUndefined();
  });

  test("what is read is what was recorded, character by character", async () => {
    const ledger = await (await databases.create()).open();
    const odd = {
      text: 'ü "quoted" \u2028 \ud83d\ude00 \\',
      list: [1, null, true, { a: -0.5 }],
      10: "b",
      9: "a",
    };
    const { recorded } = await ledger.append([
      fact(1, { details: odd }),
      fact(2, { environment: undefined, actor: undefined, time: undefined }),
    ]);
    expect((await ledger.read({ order: "oldest" })).items).toEqual(recorded);
    expect(recorded[0]?.details).toEqual(odd);
    expect(recorded[1]?.time).toBe(recorded[1]?.recordedAt);
    expect(await ledger.verify()).not.toHaveProperty("damage");
  });

  test("time never goes back, and what comes from the future happened now", async () => {
    const times = ["2026-03-01T00:00:00Z", "2026-02-01T00:00:00Z", "2026-04-01T00:00:00Z"];
    const clock = times.map((time) => Date.parse(time)).values();
    // Making the schema asks for the time too.
    const database = await databases.create();
    await (await database.open()).close();
    const ledger = await database.open({ now: () => clock.next().value ?? Number.NaN });
    for (const number of [1, 2, 3]) {
      await ledger.append([fact(number, { time: "2026-03-15T00:00:00Z" })]);
    }
    const { items } = await ledger.read({ order: "oldest" });
    expect(
      items.map(({ time, recordedAt }) => [time.slice(5, 10), recordedAt.slice(5, 10)]),
    ).toEqual([
      ["03-01", "03-01"],
      ["03-01", "03-01"],
      ["03-15", "04-01"],
    ]);
  });

  test("secrets and what no store can hold are struck out", async () => {
    const ledger = await (await databases.create()).open();
    const { recorded } = await ledger.append([
      fact(1, {
        actor: "al\0ice",
        details: { url: "https://user:pa55word@host/", password: "pa55word", half: "\ud800" },
      }),
    ]);
    expect(recorded[0]).toMatchObject({
      actor: "al\ufffdice",
      details: { url: "https://***@host/", password: "***", half: "\ufffd" },
    });
    expect((await ledger.read({})).items).toEqual(recorded);
  });

  test("pages follow on each other, whatever is asked for", async () => {
    const ledger = await (await databases.create()).open();
    const { recorded } = await ledger.append([
      ...facts(1, 40),
      fact(41, { kind: "Approval", event: "Approved" }),
    ]);
    const rows: readonly [Filter, (entry: Entry) => boolean][] = [
      [{}, () => true],
      [{ namespaces: ["team-1"] }, ({ namespace }) => namespace === "team-1"],
      [{ namespaces: ["team-1", "team-2"] }, ({ namespace }) => namespace !== "team-0"],
      [{ namespaces: [] }, () => false],
      [
        { kinds: ["Approval"], events: ["Approved", "Rejected"] },
        ({ kind }) => kind === "Approval",
      ],
      [{ repository: "company/monorepo", project: "service-2" }, (e) => e.project === "service-2"],
      [{ environment: "dev", actor: "alice" }, (e) => e.environment === "dev"],
      [{ subject: "production-service-1" }, (e) => e.subject === "production-service-1"],
      [{ since: "2026-01-01T01:00:30+01:00" }, (e) => e.time >= "2026-01-01T00:00:30.000Z"],
      [{ before: "2026-01-01T00:00:05Z" }, (e) => e.time < "2026-01-01T00:00:05.000Z"],
    ];
    for (const [filter, holds] of rows) {
      const expected = recorded.filter(holds);
      for (const order of ["oldest", "newest"] as const) {
        const found: Entry[] = [];
        let after: number | undefined;
        do {
          const page = await ledger.read({ ...filter, order, limit: 7, ...(after && { after }) });
          expect(page.items.length).toBeLessThanOrEqual(7);
          found.push(...page.items);
          after = page.next;
        } while (after !== undefined);
        expect({ filter, found }).toEqual({
          filter,
          found: order === "oldest" ? expected : expected.toReversed(),
        });
      }
    }
    await expect(ledger.read({ since: "yesterday" })).rejects.toMatchObject({
      code: "UsageInvalid",
    });
  });

  test("replicas that record the same at once leave one whole chain", async () => {
    const replicas = await (await databases.create()).openReplicas(4);
    const answers = await Promise.all(
      replicas.flatMap((ledger, replica) =>
        Array.from({ length: 10 }, (_, round) =>
          ledger.append([...facts(round * 5, round * 5 + 4), fact(1_000 + replica * 10 + round)]),
        ),
      ),
    );
    const recorded = answers.flatMap((answer) => answer.recorded);
    expect(new Set(recorded.map(({ key }) => key)).size).toBe(90);
    expect(recorded.map(({ sequence }) => sequence).toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: 90 }, (_, index) => index + 1),
    );
    expect(await replicas[0]?.verify()).toMatchObject({ entries: 90, head: { sequence: 90 } });
    expect(await replicas[0]?.verify()).not.toHaveProperty("damage");
  });

  test("who follows gets what is there and then what comes, from every replica", async () => {
    const [ledger, other] = (await (await databases.create()).openReplicas(2)) as [Ledger, Ledger];
    await ledger.append(facts(1, 6));
    const stop = new AbortController();
    const seen: number[] = [];
    const following = (async () => {
      const request = { after: 2, namespaces: ["team-0", "team-1"] };
      for await (const { sequence } of ledger.follow(request, stop.signal)) {
        seen.push(sequence);
        if (sequence === 4) await other.append(facts(7, 9));
        if (sequence === 9) await ledger.append(facts(10, 12));
        if (sequence === 12) stop.abort();
      }
    })();
    await following;
    expect(seen).toEqual([3, 4, 6, 7, 9, 10, 12]);
  });

  test("nothing half done: an append that fails leaves nothing", async () => {
    const ledger = await (await databases.create()).open();
    await expect(
      ledger.append([fact(1), fact(2, { details: { text: "x".repeat(200_000) } })]),
    ).rejects.toMatchObject({ code: "LedgerEntryInvalid" });
    await expect(ledger.append([fact(1, { time: "soon" })])).rejects.toMatchObject({
      code: "LedgerEntryInvalid",
    });
    expect(await ledger.head()).toMatchObject({ sequence: 0 });
  });

  test.each([
    { statement: "update ledger_entry set actor = 'mallory' where sequence = 2" },
    { statement: "delete from ledger_entry where sequence = 5" },
    { statement: "delete from ledger_entry" },
    { statement: "update ledger_head set sequence = 2" },
    { statement: "delete from ledger_head" },
    ...(kind === "postgres" ? [{ statement: "truncate ledger_entry" }] : []),
  ])("the database refuses: $statement", async ({ statement }) => {
    const database = await databases.create();
    await (await database.open()).append(facts(1, 5));
    await expect(database.sql(statement)).rejects.toThrow(/append-only|only grows/);
    expect(await (await database.open()).verify()).toMatchObject({ entries: 5 });
  });

  const swapped = (a: number, b: number) => [
    `update ledger_entry set sequence = 100 where sequence = ${a}`,
    `update ledger_entry set sequence = ${a} where sequence = ${b}`,
    `update ledger_entry set sequence = ${b} where sequence = 100`,
  ];
  const copy =
    "insert into ledger_entry select 9, 'x', kind, event, time, recorded_at, namespace, repository, project, environment, actor, subject, details, previous, hash from ledger_entry where sequence = 3";

  test.each([
    {
      because: "an actor was exchanged",
      statements: ["update ledger_entry set actor = 'mallory' where sequence = 3"],
      damage: { kind: "Edited", sequence: 3 },
    },
    {
      because: "details were made unreadable",
      statements: ["update ledger_entry set details = '{' where sequence = 3"],
      damage: { kind: "Edited", sequence: 3 },
    },
    {
      because: "one from the middle is gone",
      statements: ["delete from ledger_entry where sequence = 4"],
      damage: { kind: "Missing", sequence: 4 },
    },
    {
      because: "the first one is gone",
      statements: ["delete from ledger_entry where sequence = 1"],
      damage: { kind: "Missing", sequence: 1 },
    },
    {
      because: "two changed places",
      statements: swapped(3, 4),
      damage: { kind: "Reordered", sequence: 3 },
    },
    {
      because: "the end was cut off",
      statements: ["delete from ledger_entry where sequence > 6"],
      damage: { kind: "Truncated", sequence: 7 },
    },
    {
      because: "the end was cut off and the head set back without its hash",
      statements: [
        "delete from ledger_entry where sequence > 6",
        "update ledger_head set sequence = 6",
      ],
      damage: { kind: "Rewritten", sequence: 6 },
    },
    {
      because: "everything is gone",
      statements: ["delete from ledger_entry"],
      damage: { kind: "Truncated", sequence: 1 },
    },
    {
      because: "a row stands behind the head",
      statements: [copy],
      damage: { kind: "Inserted", sequence: 9 },
    },
    {
      because: "a retention is claimed that never was",
      statements: [
        "delete from ledger_entry where sequence <= 3",
        "update ledger_head set pruned_through = 3",
      ],
      damage: { kind: "Unanchored", sequence: 3 },
    },
  ])("verify finds that $because", async ({ statements, damage }) => {
    const database = await databases.create();
    await (await database.open()).append(facts(1, 8));
    await database.sql(...withoutGuard(kind, ...statements));
    expect((await (await database.open()).verify()).damage).toMatchObject(damage);
  });

  test("a chain that was written anew as a whole is found by a head that was kept elsewhere", async () => {
    const database = await databases.create();
    const ledger = await database.open();
    await ledger.append(facts(1, 4));
    const anchor = await ledger.head();
    const forged = await databases.create();
    const other = await forged.open();
    await other.append([fact(1, { actor: "mallory" }), ...facts(2, 6)]);
    expect(await other.verify()).not.toHaveProperty("damage");
    expect((await other.verify({ anchor })).damage).toMatchObject({
      kind: "Rewritten",
      sequence: 4,
    });
    await ledger.append(facts(5, 6));
    expect(await ledger.verify({ anchor })).not.toHaveProperty("damage");
    const later = { anchor: { ...anchor, sequence: 7 } };
    expect((await ledger.verify(later)).damage).toMatchObject({ kind: "Truncated", sequence: 7 });
  });

  test("retention removes what is old, signs it off, and the chain holds", async () => {
    let now = Date.UTC(2026, 5, 1);
    const database = await databases.create();
    const ledger = await database.open({ now: () => now });
    await ledger.append(facts(1, 7));
    now = Date.UTC(2026, 6, 1);
    await ledger.append(facts(8, 10));
    const fromJune = (await ledger.read({ order: "oldest", limit: 7 })).items;
    const pruned = await ledger.prune({
      before: "2026-06-15T00:00:00Z",
      by: "alice",
      reason: "policy",
    });
    expect(pruned).toEqual({ through: 7, removed: 7 });
    const kept = await allOf(ledger);
    expect(kept.map(({ sequence }) => sequence)).toEqual([8, 9, 10, 11]);
    expect(kept.at(-1)).toMatchObject({
      kind: "Ledger",
      event: "Pruned",
      actor: "alice",
      details: { through: 7, hash: fromJune.at(-1)?.hash, reason: "policy" },
    });
    expect(await ledger.verify()).toMatchObject({ entries: 4, head: { prunedThrough: 7 } });
    expect(await ledger.verify()).not.toHaveProperty("damage");
    const [third, seventh] = [fromJune[2], fromJune[6]].map((entry) => entry as Entry);
    expect(await ledger.verify({ anchor: third as Entry })).toMatchObject({
      unproven: { sequence: 3 },
    });
    const signedOff = await ledger.verify({ anchor: seventh as Entry });
    expect([signedOff.damage, signedOff.unproven]).toEqual([undefined, undefined]);
    // The object that told it may still be there.
    expect(await ledger.append([fact(3)])).toEqual({ recorded: [], known: 1 });
    expect(await ledger.prune({ before: "2026-06-15T00:00:00Z", by: "a", reason: "b" })).toEqual({
      through: 7,
      removed: 0,
    });
    now = Date.UTC(2026, 7, 1);
    const all = await ledger.prune({ before: "2030-01-01T00:00:00Z", by: "alice", reason: "all" });
    expect(all).toEqual({ through: 11, removed: 4 });
    expect(await ledger.verify()).toMatchObject({ entries: 1, head: { prunedThrough: 11 } });
    expect(await ledger.verify()).not.toHaveProperty("damage");
    // The time of a retention that lies ahead is no reason to pass over what is to come.
    expect(
      (await ledger.append([fact(20, { time: "2026-08-01T00:00:00Z" })])).recorded,
    ).toHaveLength(1);
    // Whoever removes the entry that signed it off is found out.
    await database.sql(
      ...withoutGuard(
        kind,
        "delete from ledger_entry where sequence = 12",
        "update ledger_head set pruned_through = 12",
      ),
    );
    expect((await (await database.open()).verify()).damage).toMatchObject({ kind: "Unanchored" });
  });

  test("retention removes nothing of a chain that is broken", async () => {
    const database = await databases.create();
    await (await database.open()).append(facts(1, 5));
    await database.sql(
      ...withoutGuard(kind, "update ledger_entry set actor = 'x' where sequence = 2"),
    );
    const ledger = await database.open();
    await expect(
      ledger.prune({ before: "2030-01-01T00:00:00Z", by: "alice", reason: "policy" }),
    ).rejects.toMatchObject({ code: "LedgerDamaged" });
    expect(await allOf(ledger)).toHaveLength(5);
  });

  test("a retention that was cut off is not seen, and the next one ends it", async () => {
    const database = await databases.create();
    const stop = new AbortController();
    /** How often the retention has asked for the time: the second time it signs off. */
    let asked: number | undefined;
    // A millisecond each time: a retention removes only what was appended before it.
    let time = Date.now();
    const now = () => {
      if (asked !== undefined) asked += 1;
      if (asked === 2) stop.abort();
      return ++time;
    };
    const ledger = await database.open({ now });
    await ledger.append(facts(1, 5));
    asked = 0;
    const retention = { before: "2030-01-01T00:00:00Z", by: "alice", reason: "policy" };
    await expect(ledger.prune(retention, stop.signal)).rejects.toThrow("aborted");
    expect((await allOf(ledger)).map(({ event }) => event)).toEqual(["Pruned"]);
    expect(await ledger.verify()).not.toHaveProperty("damage");
    const again = await ledger.prune({ ...retention, before: "2020-01-01T00:00:00Z" });
    expect(again).toEqual({ through: 5, removed: 5 });
  });

  test("an export can be verified by whoever has it", async () => {
    const ledger = await (await databases.create()).open();
    await ledger.append(facts(1, 20));
    let previous = "0".repeat(64);
    for (const entry of await allOf(ledger)) {
      const { hash, ...rest } = entry;
      const sorted = JSON.stringify(rest, (_key, value: unknown) =>
        value !== null && typeof value === "object"
          ? Object.fromEntries(Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1)))
          : value,
      );
      expect(createHash("sha256").update(sorted).digest("hex")).toBe(hash);
      expect(entry.previous).toBe(previous);
      previous = hash;
    }
    expect((await ledger.head()).hash).toBe(previous);
    expect(await allOf(ledger, { project: "service-1" })).toHaveLength(7);
  });

  test.each(Array.from({ length: latestVersion }, (_, version) => ({ version })))(
    "schema $version is brought up to date",
    async ({ version }) => {
      const database = await databases.create();
      await bringToVersion(database.options, version);
      const ledger = await database.open();
      await ledger.append(facts(1, 3));
      expect(await ledger.verify()).toMatchObject({ entries: 3 });
      await expect(database.sql("delete from ledger_entry")).rejects.toThrow("append-only");
    },
  );

  test("entries of the first schema are kept", async () => {
    const database = await databases.create();
    await bringToVersion(database.options, 1);
    const columns =
      "sequence, key, kind, event, time, recorded_at, namespace, subject, details, previous, hash";
    await database.sql(
      `insert into ledger_entry (${columns}) values (1, 'k', 'Action', 'Deploy', 't', 't', 'n', 's', '{}', 'p', 'h')`,
    );
    expect((await (await database.open()).read({})).items).toMatchObject([{ key: "k" }]);
  });

  test("a ledger of a later forge is left alone", async () => {
    const database = await databases.create();
    await (await database.open()).append(facts(1, 2));
    await database.sql(`insert into ledger_schema values (${latestVersion + 1}, 'then')`);
    await expect(database.open()).rejects.toMatchObject({ code: "LedgerTooNew" });
  });

  test("many that open an empty database at once make one schema", async () => {
    const replicas = await (await databases.create()).openReplicas(5);
    await Promise.all(replicas.map((ledger, index) => ledger.append([fact(index)])));
    expect(await replicas[0]?.verify()).toMatchObject({ entries: 5 });
  });

  test("a ledger that was closed says so", async () => {
    const ledger = await (await databases.create()).open();
    await ledger.close();
    await ledger.close();
    await expect(ledger.append([fact(1)])).rejects.toMatchObject({ code: "LedgerUnavailable" });
    expect(await ledger.health()).toMatchObject({ store: kind, ok: false });
  });
}
