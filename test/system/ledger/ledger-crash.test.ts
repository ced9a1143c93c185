import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { type LedgerOptions, openLedger } from "../../../src/ledger/index.ts";
import { fact, facts } from "../../../src/ledger/testing/facts.ts";
import { freePort, type RunningProcess, startProcess } from "../../ground/index.ts";
import { present } from "../ground/workspace.ts";
import { Databases, hasPostgres, type StoreKind } from "./ledger-stores.ts";

const acknowledgedIn = (file: string): number =>
  Number(readFileSync(file, "utf8").trimEnd().split("\n").at(-1));

/** Another process that writes; ready once something of this life was acknowledged. */
function startWriter(options: LedgerOptions, logFile: string): Promise<RunningProcess> {
  writeFileSync(logFile, "");
  return startProcess({
    name: "ledger writer",
    command: process.execPath,
    args: [join(import.meta.dirname, "ledger-writer.ts")],
    env: { LEDGER: JSON.stringify(options) },
    logFile,
    ready: async () => acknowledgedIn(logFile) > 0,
  });
}

describe("a crash while the ledger in SQLite is written", () => {
  losesNothing("sqlite");
});
describe.skipIf(!hasPostgres)("a crash while the ledger in PostgreSQL is written", () => {
  losesNothing("postgres");
});

function losesNothing(kind: StoreKind): void {
  let databases: Databases;
  beforeAll(async () => {
    databases = await Databases.start(kind);
  });
  afterEach(() => databases.closeAll());
  afterAll(() => databases.stop());

  test("kill -9 leaves whole appends, and all that were acknowledged", async () => {
    const database = await databases.create();
    const logFile = join(databases.folder, `${kind}-writer.log`);
    let before = 0;
    for (const pauseMs of [0, 3, 11, 40]) {
      const writer = await startWriter(database.options, logFile);
      await sleep(pauseMs);
      writer.kill("SIGKILL");
      await writer.exited;
      const ledger = await database.open();
      const { sequence } = await ledger.head();
      expect(sequence % 7).toBe(0);
      expect(sequence).toBeGreaterThanOrEqual(acknowledgedIn(logFile));
      expect(sequence).toBeGreaterThan(before);
      expect(await ledger.verify()).toMatchObject({ entries: sequence });
      expect(await ledger.verify()).not.toHaveProperty("damage");
      before = sequence;
      await ledger.close();
    }
  });
}

describe.skipIf(!hasPostgres)("PostgreSQL", () => {
  let databases: Databases;
  beforeAll(async () => {
    databases = await Databases.start("postgres");
  });
  afterAll(() => databases.stop());

  test("dies and comes back in the middle of it: nothing is lost, nothing is there twice", async () => {
    const postgres = present(databases.postgres);
    const database = await databases.create();
    const ledger = await database.open({ timeoutMs: 2_000 });
    const failures: unknown[] = [];
    const untilRecorded = async (batch: ReturnType<typeof facts>) => {
      for (;;) {
        try {
          await ledger.append(batch);
          return;
        } catch (error) {
          failures.push(error);
          await sleep(20);
        }
      }
    };
    const writing = (async () => {
      for (let from = 1; from <= 600; from += 3) await untilRecorded(facts(from, from + 2));
    })();
    for (let crash = 0; crash < 3; crash += 1) {
      await sleep(60);
      await postgres.crash();
      expect(await ledger.health()).toMatchObject({ store: "postgres", ok: false });
      await postgres.start();
    }
    await writing;
    expect(failures.length).toBeGreaterThan(0);
    const unavailable = { code: "LedgerUnavailable", retry: "backoff" };
    for (const failure of failures) expect(failure).toMatchObject(unavailable);
    expect(failures.map((failure) => (failure as Error).stack).join()).not.toContain(
      "s3cret-of-postgres",
    );
    expect(await ledger.health()).toMatchObject({ ok: true, sequence: 600 });
    expect(await ledger.verify()).toMatchObject({ entries: 600 });
    expect(await ledger.verify()).not.toHaveProperty("damage");
  });

  test("who follows is told that it is gone, and goes on where it was", async () => {
    const postgres = present(databases.postgres);
    const ledger = await (await databases.create()).open({ timeoutMs: 2_000 });
    await ledger.append(facts(1, 2));
    const seen: number[] = [];
    const stop = new AbortController();
    const follow = async (after: number) => {
      for await (const { sequence } of ledger.follow({ after }, stop.signal)) {
        seen.push(sequence);
        if (sequence === 3) stop.abort();
      }
    };
    const broken = follow(0).catch((error: unknown) => error);
    while (seen.length < 2) await sleep(5);
    await postgres.crash();
    expect(await broken).toMatchObject({ code: "LedgerUnavailable" });
    await postgres.start();
    await ledger.append([fact(3)]);
    await follow(seen.at(-1) ?? 0);
    expect(seen).toEqual([1, 2, 3]);
  });

  test("that cannot be entered or found is told of without the password", async () => {
    const right = (await databases.create()).options as { postgres: string };
    const password = "an0ther:s3cret@x";
    const url = new URL(right.postgres);
    url.password = password;
    const nobody = new URL(url);
    nobody.port = String(await freePort());
    const unknown = new URL(right.postgres);
    unknown.pathname = "/nowhere";
    for (const [address, says] of [
      [url.href, "password authentication failed"],
      [nobody.href, "ECONNREFUSED"],
      [unknown.href, 'database "nowhere" does not exist'],
    ] as const) {
      const error = await openLedger({ postgres: address }).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: "LedgerUnavailable" });
      const { message, stack, cause } = error as Error;
      expect(message).toContain(says);
      const told = JSON.stringify([error, stack, cause]);
      expect(told).not.toContain("s3cret");
    }
    const wrong = await openLedger({ postgres: `mysql://u:${password}@host` }).catch(
      (e: unknown) => e,
    );
    expect(wrong).toMatchObject({ code: "UsageInvalid" });
    expect(JSON.stringify([wrong, String(wrong)])).not.toContain("s3cret");
  });
});

describe("a file of SQLite", () => {
  let databases: Databases;
  beforeAll(async () => {
    databases = await Databases.start("sqlite");
  });
  afterAll(() => databases.stop());

  test("has one process, and the next one as soon as that has died", async () => {
    const database = await databases.create();
    const writer = await startWriter(database.options, join(databases.folder, "holder.log"));
    await expect(database.open()).rejects.toMatchObject({
      code: "LedgerLocked",
      message: expect.stringContaining("is open in another process") as string,
    });
    const { sqlite } = database.options as { sqlite: string };
    await expect(database.sql("delete from ledger_entry")).rejects.toThrow("locked");
    writer.kill("SIGKILL");
    await writer.exited;
    const ledger = await database.open();
    await expect(openLedger({ sqlite })).rejects.toMatchObject({ code: "LedgerLocked" });
    await ledger.close();
    await (await database.open()).close();
  });

  test.each([
    {
      because: "something else",
      content: "no database at all, but long enough to be one".repeat(40),
    },
    { because: "half a database", content: undefined },
  ])("that holds $because is told of", async ({ content }) => {
    const database = await databases.create();
    const { sqlite } = database.options as { sqlite: string };
    if (content === undefined) {
      const ledger = await database.open();
      await ledger.append(facts(1, 500));
      await ledger.close();
      const bytes = readFileSync(sqlite);
      writeFileSync(sqlite, Buffer.concat([bytes.subarray(0, 4_096), Buffer.alloc(8_192, 0xab)]));
    } else writeFileSync(sqlite, content);
    await expect(database.open()).rejects.toMatchObject({ code: "LedgerDamaged" });
  });

  test("that cannot be made is told of", async () => {
    const sqlite = join(databases.folder, "no", "such", "folder", "ledger.db");
    await expect(openLedger({ sqlite })).rejects.toMatchObject({ code: "LedgerUnavailable" });
  });
});
