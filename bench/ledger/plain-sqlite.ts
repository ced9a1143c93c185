import { createHash } from "node:crypto";
import { DatabaseSync } from "node:sqlite";
import { fact } from "./entries.ts";

const columns = ["kind", "namespace", "repository", "project", "environment", "actor", "subject"];

/** One table in SQLite with the same rows and indexes, written without a ledger: the reference. */
export class PlainSqlite {
  readonly #database: DatabaseSync;
  #count = 0;

  constructor(file: string) {
    this.#database = new DatabaseSync(file);
    const texts = [...columns, "event", "time", "details"].map((name) => `${name} text`);
    this.#database.exec("pragma journal_mode = wal; pragma synchronous = full");
    this.#database.exec(
      `create table entry (sequence integer primary key, key text unique, ${texts.join(", ")})`,
    );
    const indexes = ["kind", "namespace", "repository, project", "environment", "actor", "subject"];
    for (const [index, names] of indexes.entries()) {
      this.#database.exec(`create index i${index} on entry (${names}, sequence)`);
    }
  }

  /** In one transaction. */
  insert(count: number): void {
    const names = ["key", ...columns, "event", "time", "details"];
    const values = names.map(() => "?").join(", ");
    const insert = this.#database.prepare(
      `insert into entry (${names.join(", ")}) values (${values})`,
    );
    this.#database.exec("begin");
    for (let index = 0; index < count; index += 1) {
      this.#count += 1;
      const row = { ...fact(this.#count) } as Record<string, unknown>;
      insert.run(
        ...names.map((name) =>
          name === "details" ? JSON.stringify(row[name]) : String(row[name] ?? ""),
        ),
      );
    }
    this.#database.exec("commit");
  }

  /** The newest fifty of a project in an environment, behind a cursor. */
  page(after: number, project: string, environment: string): number {
    return this.#database
      .prepare(
        "select * from entry where repository = ? and project = ? and +environment = ? and sequence < ? order by sequence desc limit 51",
      )
      .all("company/monorepo", project, environment, after).length;
  }

  /** Reads and hashes every row: what verifying cannot do without. */
  hashAll(): void {
    for (const { details } of this.#database
      .prepare("select * from entry order by sequence")
      .iterate()) {
      createHash("sha256").update(String(details)).digest("hex");
    }
  }

  close(): void {
    this.#database.close();
  }
}
