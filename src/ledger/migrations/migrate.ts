import { sql, type Transaction } from "kysely";
import { ForgeError } from "../../api/index.ts";
import type { Store } from "../store/store.ts";
import type { Tables } from "../store/tables.ts";
import { migrations } from "./migrations.ts";

/**
 * Brings the schema up to a version, in one transaction: a process that is killed leaves the schema
 * of before. Of several that start at once one does it, and the others find it done.
 *
 * @throws ForgeError LedgerTooNew when the database was written by a later forge.
 */
export async function migrate(
  store: Store,
  now: () => number,
  version = migrations.length,
): Promise<void> {
  await store.db.transaction().execute(async (transaction) => {
    await store.lockSchema(transaction);
    const current = await versionOf(transaction);
    if (current > version) {
      throw new ForgeError(
        "LedgerTooNew",
        `the ledger has schema ${current}, and this forge knows ${version}`,
      );
    }
    for (const [index, apply] of migrations.slice(0, version).entries()) {
      if (index < current) continue;
      await apply(transaction, store);
      await transaction
        .insertInto("ledger_schema")
        .values({ version: index + 1, applied_at: new Date(now()).toISOString() })
        .execute();
    }
  });
}

async function versionOf(transaction: Transaction<Tables>): Promise<number> {
  await transaction.schema
    .createTable("ledger_schema")
    .ifNotExists()
    .addColumn("version", "integer", (column) => column.primaryKey())
    .addColumn("applied_at", "text", (column) => column.notNull())
    .execute();
  const { version } = await transaction
    .selectFrom("ledger_schema")
    .select(sql<number>`coalesce(max(version), 0)`.as("version"))
    .executeTakeFirstOrThrow();
  return version;
}
