import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { type Ledger, type LedgerOptions, openLedger } from "../../../src/ledger/index.ts";
import { hasProgram, type Postgres, startPostgres } from "../../ground/index.ts";

export type StoreKind = "sqlite" | "postgres";

/** Whether this machine has PostgreSQL; its tests are skipped otherwise. */
export const hasPostgres = hasProgram("postgres");

/** One database of its own, and what a test does with it. */
export interface TestDatabase {
  readonly options: LedgerOptions;
  open(over?: Partial<LedgerOptions>): Promise<Ledger>;
  /** As forge-server's replicas would: SQLite has one for all of them. */
  openReplicas(count: number): Promise<Ledger[]>;
  /** Runs SQL past the ledger, as whoever owns the database can; closes what was opened. */
  sql(...statements: readonly string[]): Promise<void>;
}

/** The stores of a test file; a PostgreSQL of its own is started for it. */
export class Databases {
  readonly folder: string;
  readonly kind: StoreKind;
  readonly postgres: Postgres | undefined;
  readonly #opened: Ledger[] = [];
  #count = 0;

  private constructor(kind: StoreKind, folder: string, postgres: Postgres | undefined) {
    this.kind = kind;
    this.folder = folder;
    this.postgres = postgres;
  }

  static async start(kind: StoreKind): Promise<Databases> {
    const folder = mkdtempSync(join(tmpdir(), "forge-ledger-"));
    return new Databases(
      kind,
      folder,
      kind === "postgres" ? await startPostgres(folder) : undefined,
    );
  }

  async create(): Promise<TestDatabase> {
    this.#count += 1;
    const name = `ledger_${this.#count}`;
    const file = join(this.folder, `${name}.db`);
    const options: LedgerOptions = this.postgres
      ? { postgres: await this.postgres.createDatabase(name), pollMs: 50 }
      : { sqlite: file };
    const open = async (over: Partial<LedgerOptions> = {}) => {
      const ledger = await openLedger({ ...options, ...over } as LedgerOptions);
      this.#opened.push(ledger);
      return ledger;
    };
    return {
      options,
      open,
      openReplicas: async (count) => {
        if (this.kind === "sqlite") return Array<Ledger>(count).fill(await open());
        return Promise.all(Array.from({ length: count }, () => open()));
      },
      sql: async (...statements) => {
        await this.closeAll();
        if (this.postgres) {
          for (const statement of statements) await this.postgres.query(name, statement);
          return;
        }
        const database = new DatabaseSync(file);
        try {
          for (const statement of statements) database.exec(statement);
        } finally {
          database.close();
        }
      },
    };
  }

  async closeAll(): Promise<void> {
    for (const ledger of this.#opened.splice(0)) await ledger.close();
  }

  async stop(): Promise<void> {
    await this.closeAll();
    await this.postgres?.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** Takes the guard off a table, as the owner of a database can. */
export function withoutGuard(kind: StoreKind, ...statements: readonly string[]): string[] {
  if (kind === "postgres") {
    const toggle = (word: string) =>
      ["ledger_entry", "ledger_head"].map((table) => `alter table ${table} ${word} trigger all`);
    return [...toggle("disable"), ...statements, ...toggle("enable")];
  }
  const triggers = ["entry_update", "entry_delete", "head_update", "head_delete"];
  return [...triggers.map((name) => `drop trigger ledger_${name}`), ...statements];
}
