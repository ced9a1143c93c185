import { ChainReader } from "./chain/verify.ts";
import { readHead } from "./head.ts";
import type { Head, Verification } from "./ports.ts";
import { pageLimit } from "./read.ts";
import { entryOf } from "./store/entry-row.ts";
import type { Database, HeadRow } from "./store/tables.ts";

/** Reads the chain page by page, up to the head at the beginning. */
export async function verifyLedger(
  db: Database,
  anchor: Pick<Head, "sequence" | "hash"> | undefined,
  signal?: AbortSignal,
): Promise<Verification> {
  const head = headOf(await readHead(db, signal));
  const result = await verifyUpTo(db, head, anchor, signal);
  if (result.damage === undefined) return result;
  // A retention at the same time removes what is about to be read.
  const now = await readHead(db, signal);
  return now.pruned_through === head.prunedThrough ? result : verifyLedger(db, anchor, signal);
}

async function verifyUpTo(
  db: Database,
  head: Head,
  anchor: Pick<Head, "sequence" | "hash"> | undefined,
  signal?: AbortSignal,
): Promise<Verification> {
  const reader = new ChainReader(head, anchor);
  const found = (damage: Verification["damage"]): Verification => ({
    entries: reader.entries,
    head,
    ...(damage && { damage }),
    ...(damage === undefined && reader.unproven && { unproven: reader.unproven }),
  });
  for (let after = head.prunedThrough; after < head.sequence; ) {
    signal?.throwIfAborted();
    const rows = await db
      .selectFrom("ledger_entry")
      .selectAll()
      .where("sequence", ">", after)
      .where("sequence", "<=", head.sequence)
      .orderBy("sequence")
      .limit(pageLimit)
      .execute({ signal });
    for (const row of rows) {
      const damage = reader.next(readable(row));
      if (damage !== undefined) return found(damage);
      after = row.sequence;
    }
    if (rows.length === 0) break;
    // SQLite answers at once: let others have their turn.
    await new Promise(setImmediate);
  }
  return found(reader.end() ?? (await findInserted(db, signal)));
}

/** What stands behind the head was not recorded by a ledger. One statement, for one moment. */
async function findInserted(db: Database, signal?: AbortSignal): Promise<Verification["damage"]> {
  const row = await db
    .selectFrom("ledger_entry")
    .select("sequence")
    .where("sequence", ">", (head) => head.selectFrom("ledger_head").select("sequence"))
    .orderBy("sequence")
    .limit(1)
    .executeTakeFirst({ signal });
  if (row === undefined) return undefined;
  const { sequence } = row;
  return { kind: "Inserted", sequence, message: `entry ${sequence}: it stands behind the head` };
}

/** Details that are no JSON are damage to be told, and nothing to stumble over. */
function readable(row: Parameters<typeof entryOf>[0]): ReturnType<typeof entryOf> {
  try {
    return entryOf(row);
  } catch {
    return entryOf({ ...row, details: "null" });
  }
}

export function headOf({ sequence, hash, pruned_through }: HeadRow): Head {
  return { sequence, hash, prunedThrough: pruned_through };
}
