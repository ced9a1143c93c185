import type { RawBuilder, Transaction } from "kysely";
import type { Database, HeadRow, Tables } from "./tables.ts";

/** What the two databases do each in its own way. */
export interface Store {
  readonly kind: "sqlite" | "postgres";
  readonly db: Database;
  /** Whether another process may append as well. */
  readonly isShared: boolean;
  /** Keeps every other process out of the schema until the transaction ends. */
  lockSchema(transaction: Transaction<Tables>): Promise<void>;
  /** The head, kept from all others until the transaction ends. */
  lockHead(transaction: Transaction<Tables>): Promise<HeadRow>;
  /** The column, where its index must not be chosen. */
  filterOnly<T = string>(column: string): RawBuilder<T>;
  /** The type of a column whose texts are compared byte by byte. */
  readonly textType: "text" | 'text collate "C"';
  /** What keeps rows from being changed, in the words of the store. */
  readonly appendOnly: readonly string[];
  /** What the driver threw, as a ForgeError without a secret. */
  explain(thrown: unknown): Error;
}
