import { sql, type Transaction } from "kysely";
import { genesis } from "../chain/hash.ts";
import type { Store } from "../store/store.ts";
import type { Tables } from "../store/tables.ts";

type Migration = (transaction: Transaction<Tables>, store: Store) => Promise<void>;

/** In order; each is applied once and never changed afterwards. The last one's index + 1 is the version. */
export const migrations: readonly Migration[] = [
  createTables,
  guardTables,
  createIndexes,
  createTimeIndexes,
];

async function createTables(transaction: Transaction<Tables>, store: Store): Promise<void> {
  const text = sql.raw(store.textType);
  const { schema } = transaction;
  const required = ["kind", "event", "time", "recorded_at", "namespace"];
  const optional = ["repository", "project", "environment", "actor"];
  let entries = schema
    .createTable("ledger_entry")
    .addColumn("sequence", "bigint", (column) => column.primaryKey())
    .addColumn("key", text, (column) => column.notNull().unique());
  for (const name of required) entries = entries.addColumn(name, text, (c) => c.notNull());
  for (const name of optional) entries = entries.addColumn(name, text);
  for (const name of ["subject", "details", "previous", "hash"]) {
    entries = entries.addColumn(name, text, (column) => column.notNull());
  }
  await entries.execute();
  await schema
    .createTable("ledger_head")
    .addColumn("id", "integer", (column) => column.primaryKey().check(sql`id = 1`))
    .addColumn("sequence", "bigint", (column) => column.notNull())
    .addColumn("hash", text, (column) => column.notNull())
    .addColumn("recorded_at", text, (column) => column.notNull())
    .addColumn("pruned_through", "bigint", (column) => column.notNull())
    .addColumn("pruned_before", text, (column) => column.notNull())
    .execute();
  await transaction
    .insertInto("ledger_head")
    .values({
      id: 1,
      sequence: 0,
      hash: genesis,
      recorded_at: "",
      pruned_through: 0,
      pruned_before: "",
    })
    .execute();
}

async function guardTables(transaction: Transaction<Tables>, store: Store): Promise<void> {
  for (const statement of store.appendOnly) await sql.raw(statement).execute(transaction);
}

/** One for each field that a page is asked by, with the sequence behind it: pages are read in order. */
async function createIndexes({ schema }: Transaction<Tables>): Promise<void> {
  const indexes = [
    ["repository", "project"],
    ["environment"],
    ["namespace"],
    ["kind"],
    ["actor"],
    ["subject"],
  ];
  for (const columns of indexes) {
    await schema
      .createIndex(`ledger_entry_${columns.join("_")}`)
      .on("ledger_entry")
      .columns([...columns, "sequence"])
      .execute();
  }
}

/** A span of time, of one tenant or of all. */
async function createTimeIndexes({ schema }: Transaction<Tables>): Promise<void> {
  for (const columns of [["namespace", "time"], ["time"]]) {
    await schema
      .createIndex(`ledger_entry_${columns.join("_")}`)
      .on("ledger_entry")
      .columns([...columns, "sequence"])
      .execute();
  }
}
