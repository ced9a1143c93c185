import type { Kysely } from "kysely";

/** An entry as it stands in the database. Texts throughout, so that both stores hold the same. */
export interface EntryRow {
  readonly sequence: number;
  readonly key: string;
  readonly kind: string;
  readonly event: string;
  readonly time: string;
  readonly recorded_at: string;
  readonly namespace: string;
  readonly repository: string | null;
  readonly project: string | null;
  readonly environment: string | null;
  readonly actor: string | null;
  readonly subject: string;
  /** Canonical JSON. */
  readonly details: string;
  readonly previous: string;
  readonly hash: string;
}

/** The one row that every append and every retention locks. */
export interface HeadRow {
  readonly id: number;
  sequence: number;
  hash: string;
  recorded_at: string;
  pruned_through: number;
  /** Facts from before are not recorded any more. */
  pruned_before: string;
}

export interface Tables {
  readonly ledger_entry: EntryRow;
  readonly ledger_head: HeadRow;
  readonly ledger_schema: { readonly version: number; readonly applied_at: string };
}

export type Database = Kysely<Tables>;
