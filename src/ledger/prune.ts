import type { Transaction } from "kysely";
import { ForgeError } from "../api/index.ts";
import { appendTo, prepare } from "./append.ts";
import type { Pruned, Retention } from "./ports.ts";
import { momentOf } from "./query.ts";
import { lastBefore } from "./recorded-before.ts";
import type { Store } from "./store/store.ts";
import type { HeadRow, Tables } from "./store/tables.ts";
import { verifyLedger } from "./verify-ledger.ts";

const rowsAtOnce = 5_000;

/**
 * Signs off first, in one transaction: an entry that names the last one to go and its hash, and the
 * mark in the head, behind which readers look no more. Then removes in small transactions; what is
 * left when the process dies is removed by the next retention.
 */
export async function prune(
  store: Store,
  retention: Retention,
  now: () => number,
  signal?: AbortSignal,
): Promise<Pruned> {
  const today = new Date(now()).toISOString();
  const asked = momentOf("before", retention.before);
  // Facts from before are taken for removed ones: those of the future are still to come.
  const before = asked < today ? asked : today;
  const { damage } = await verifyLedger(store.db, undefined, signal);
  if (damage !== undefined) throw new ForgeError("LedgerDamaged", damage.message);
  const through = await store.db.transaction().execute(async (transaction) => {
    const head = await store.lockHead(transaction);
    const last = await lastBefore(transaction, head, before);
    return last > head.pruned_through
      ? signOff(transaction, head, last, { ...retention, before }, now())
      : head.pruned_through;
  });
  return { through, removed: await removeThrough(store, through, signal) };
}

async function signOff(
  transaction: Transaction<Tables>,
  head: HeadRow,
  through: number,
  { before, by, reason }: Retention,
  now: number,
): Promise<number> {
  const { hash } = await entryAt(transaction, through);
  const fact = {
    key: `Ledger/Pruned/${through}`,
    kind: "Ledger" as const,
    event: "Pruned",
    namespace: "",
    actor: by,
    subject: "ledger",
    details: { through, hash, before, reason },
  };
  await appendTo(transaction, head, [prepare(fact)], now);
  await transaction
    .updateTable("ledger_head")
    .set({ pruned_through: through, pruned_before: before })
    .execute();
  return through;
}

function entryAt(transaction: Transaction<Tables>, sequence: number) {
  return transaction
    .selectFrom("ledger_entry")
    .select("hash")
    .where("sequence", "=", sequence)
    .executeTakeFirstOrThrow();
}

async function removeThrough(store: Store, through: number, signal?: AbortSignal): Promise<number> {
  let removed = 0;
  for (;;) {
    signal?.throwIfAborted();
    const first = await store.db
      .selectFrom("ledger_entry")
      .select("sequence")
      .where("sequence", "<=", through)
      .orderBy("sequence")
      .limit(1)
      .executeTakeFirst();
    if (first === undefined) return removed;
    const { numDeletedRows } = await store.db
      .deleteFrom("ledger_entry")
      .where("sequence", "<=", Math.min(through, first.sequence + rowsAtOnce - 1))
      .executeTakeFirstOrThrow();
    removed += Number(numDeletedRows);
    await new Promise(setImmediate);
  }
}
