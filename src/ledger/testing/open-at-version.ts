import { migrate } from "../migrations/migrate.ts";
import { migrations } from "../migrations/migrations.ts";
import type { LedgerOptions } from "../ports.ts";
import { openPostgres } from "../store/postgres.ts";
import { openSqlite } from "../store/sqlite.ts";

export const latestVersion = migrations.length;

/** Brings a database to an earlier version of the schema, as an earlier forge left it. */
export async function bringToVersion(options: LedgerOptions, version: number): Promise<void> {
  const store =
    "sqlite" in options
      ? openSqlite(options.sqlite, 1_000)
      : openPostgres(options.postgres, 5_000, { warn: () => undefined });
  await migrate(store, Date.now, version);
  await store.db.destroy();
}
