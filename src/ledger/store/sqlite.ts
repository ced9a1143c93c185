import { closeSync, openSync } from "node:fs";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import { Kysely, type SqliteDatabase, SqliteDialect, sql } from "kysely";
import { ForgeError, messageOf } from "../../api/index.ts";
import { sqliteAppendOnly } from "./append-only.ts";
import type { Store } from "./store.ts";
import type { Tables } from "./tables.ts";

/**
 * Opens the file, and makes it when there is none. The lock on it is held until it is closed or the
 * process ends, by whatever way. Each commit is on the disk before it returns.
 *
 * @param lockWaitMs how long to wait for another process to let go of the file
 * @throws ForgeError LedgerLocked, LedgerDamaged, LedgerUnavailable
 */
export function openSqlite(file: string, lockWaitMs: number): Store {
  let database: DatabaseSync | undefined;
  try {
    // Before SQLite does, which would let everybody read it.
    closeSync(openSync(file, "a", 0o600));
    database = new DatabaseSync(file, { timeout: lockWaitMs, defensive: true });
    // Before the first access, so that WAL needs no shared memory and the lock is held for good.
    database.exec("pragma locking_mode = exclusive");
    database.exec("pragma journal_mode = wal");
    database.exec("pragma synchronous = full");
    database.exec("begin immediate; commit");
  } catch (error) {
    database?.close();
    throw explain(file, error);
  }
  return {
    kind: "sqlite",
    db: new Kysely<Tables>({ dialect: new SqliteDialect({ database: adapt(database) }) }),
    isShared: false,
    lockSchema: async () => undefined,
    lockHead: (transaction) =>
      transaction.selectFrom("ledger_head").selectAll().executeTakeFirstOrThrow(),
    // https://sqlite.org/optoverview.html, "Disqualifying WHERE clause terms using unary +".
    filterOnly: <T>(column: string) => sql<T>`+${sql.ref(column)}`,
    textType: "text",
    appendOnly: sqliteAppendOnly,
    explain: (thrown) => explain(file, thrown),
  };
}

/** node:sqlite as Kysely wants it: it was written for better-sqlite3. */
function adapt(database: DatabaseSync): SqliteDatabase {
  return {
    close: () => database.close(),
    prepare: (text) => {
      const statement = database.prepare(text);
      const values = (parameters: readonly unknown[]) => parameters as readonly SQLInputValue[];
      return {
        reader: statement.columns().length > 0,
        all: (parameters) => statement.all(...values(parameters)),
        run: (parameters) => statement.run(...values(parameters)),
        iterate: (parameters) =>
          statement.iterate(...values(parameters)) as IterableIterator<unknown>,
      };
    },
  };
}

/** Primary result codes of SQLite (https://sqlite.org/rescode.html). */
const busy = 5;
const corrupt = 11;
const notADatabase = 26;

function explain(file: string, thrown: unknown): Error {
  if (thrown instanceof ForgeError) return thrown;
  const code = errorCodeOf(thrown) & 0xff;
  if (code === busy) {
    return new ForgeError("LedgerLocked", `${file} is open in another process`);
  }
  const reason = code === corrupt || code === notADatabase ? "LedgerDamaged" : "LedgerUnavailable";
  return new ForgeError(reason, `${file}: ${messageOf(thrown)}`, { cause: thrown });
}

function errorCodeOf(thrown: unknown): number {
  const isObject = typeof thrown === "object" && thrown !== null;
  return isObject && "errcode" in thrown ? Number(thrown.errcode) : 0;
}
