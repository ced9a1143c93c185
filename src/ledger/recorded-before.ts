import { readHead } from "./head.ts";
import type { Database, HeadRow } from "./store/tables.ts";

type Reader = Pick<Database, "selectFrom">;

/** The last entry that was recorded before the moment; that of the retention where none is. */
export async function lastRecordedBefore(
  db: Reader,
  moment: string,
  signal?: AbortSignal,
): Promise<number> {
  return lastBefore(db, await readHead(db, signal), moment, signal);
}

/** By halves, since both sequence and time of recording only grow. */
export async function lastBefore(
  db: Reader,
  head: Pick<HeadRow, "pruned_through" | "sequence">,
  moment: string,
  signal?: AbortSignal,
): Promise<number> {
  let [low, high] = [head.pruned_through, head.sequence];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    const entry = await db
      .selectFrom("ledger_entry")
      .select("recorded_at")
      .where("sequence", "=", middle)
      .executeTakeFirst({ signal });
    // A retention at the same time removes the oldest.
    if (entry === undefined || entry.recorded_at < moment) low = middle;
    else high = middle - 1;
  }
  return low;
}
