import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { type LedgerOptions, openLedger } from "../src/ledger/index.ts";
import { hasProgram, startPostgres } from "../test/ground/index.ts";
import { atMost, type Benchmark, type Result } from "./frame.ts";
import { measureLedger } from "./ledger/measure.ts";

/** What it costs to keep history, and to read it when there is a great deal of it. */
export const ledger: Benchmark = {
  name: "ledger",
  about:
    "appends, pages and the verification of a ledger of many entries, in SQLite and PostgreSQL; beside them node:sqlite by itself with one table and the same rows, indexes and fsync, without a chain: inserts, the same page, and a SHA-256 of every row.",
  run: async (progress) => {
    const { values } = parseArgs({
      args: process.argv.slice(3),
      options: {
        entries: { type: "string", default: "1000000" },
        stores: { type: "string", default: "sqlite,postgres" },
      },
    });
    const entries = Number(values.entries);
    const results: Result[] = [];
    for (const kind of values.stores.split(",")) {
      const folder = mkdtempSync(join(tmpdir(), "forge-bench-"));
      const postgres =
        kind === "postgres" && hasProgram("postgres") ? await startPostgres(folder) : undefined;
      if (kind === "postgres" && postgres === undefined) {
        progress("PostgreSQL is missing: make setup");
        continue;
      }
      const options: LedgerOptions = postgres
        ? { postgres: await postgres.createDatabase("ledger"), timeoutMs: 60_000 }
        : { sqlite: join(folder, "ledger.db") };
      try {
        const opened = await openLedger(options);
        results.push(await measureLedger(opened, kind, entries, folder, progress));
        await opened.close();
      } finally {
        await postgres?.stop();
        rmSync(folder, { recursive: true, force: true });
      }
    }
    const memory = process.memoryUsage().rss / 2 ** 20;
    return {
      rows: results.flatMap(({ rows }) => rows),
      targets: [
        ...results.flatMap(({ targets }) => targets),
        atMost("resident memory of the benchmark at its end, MiB", 400, memory),
      ],
    };
  },
};
