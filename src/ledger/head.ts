import type { Database, HeadRow } from "./store/tables.ts";

export function readHead(db: Pick<Database, "selectFrom">, signal?: AbortSignal): Promise<HeadRow> {
  return db.selectFrom("ledger_head").selectAll().executeTakeFirstOrThrow({ signal });
}
