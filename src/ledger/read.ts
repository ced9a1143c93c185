import type { Entry, Filter, Page, PageRequest } from "./ports.ts";
import { momentOf, select } from "./query.ts";
import { lastRecordedBefore } from "./recorded-before.ts";
import { type ScanLimits, type Scanned, scan, usualLimits } from "./scan.ts";
import { entryOf } from "./store/entry-row.ts";
import type { Store } from "./store/store.ts";
import type { Database } from "./store/tables.ts";

export const pageLimit = 500;
const usualLimit = 50;

/**
 * One page; what retention has signed off is not shown, be it removed already or not. So many
 * entries are looked at for it: where that is not enough, it has less than was asked for, and
 * `next` goes on behind the last entry that was looked at.
 */
export async function readPage(
  store: Store,
  { order = "newest", after, limit = usualLimit, ...filter }: PageRequest,
  signal?: AbortSignal,
  limits: ScanLimits = usualLimits,
): Promise<Page> {
  const floor = await floorOf(store, filter, signal);
  const size = Math.min(Math.max(1, Math.trunc(limit)), pageLimit);
  const compare = order === "newest" ? descending : ascending;
  let found: Scanned = { rows: [], end: undefined };
  for (const part of partsOf(filter)) {
    // One more tells whether there is a next page.
    const scanned = await scan(
      store,
      part,
      { order, after, size: size + 1, floor, limits, until: found.end },
      signal,
    );
    const rows = [...found.rows, ...scanned.rows].toSorted((a, b) =>
      compare(a.sequence, b.sequence),
    );
    const ends = [found.end, scanned.end].flatMap((end) => end ?? []);
    const end = rows.length > size ? [...ends, rows[size]?.sequence ?? 0] : ends;
    // Behind the first end, not every part was looked at.
    found = { rows, end: end.toSorted(compare)[0] };
  }
  const { end } = found;
  const seen = found.rows.filter(
    ({ sequence }) => end === undefined || compare(sequence, end) <= 0,
  );
  const items = seen.slice(0, size).map(entryOf);
  if (seen.length > size) return { items, next: items.at(-1)?.sequence ?? 0 };
  return { items, ...(end !== undefined && { next: end }) };
}

/** Nothing happens later than it is recorded: what was recorded before `since` happened before. */
async function floorOf(
  store: Store,
  { since }: Filter,
  signal?: AbortSignal,
): Promise<number | undefined> {
  if (since === undefined) return undefined;
  return lastRecordedBefore(store.db, momentOf("since", since), signal);
}

const ascending = (a: number, b: number) => a - b;
const descending = (a: number, b: number) => b - a;

/** More tenants than these are most of them: reading in order finds a page of theirs soon. */
const tenantsAtOnce = 100;

/**
 * SQLite reads several values of one column either without the order or without the index, and of
 * tenants that have next to nothing a whole ledger would be read: it is asked tenant by tenant.
 */
function partsOf(filter: Filter): readonly Filter[] {
  const tenants = [...new Set(filter.namespaces)];
  return tenants.length < 2 || tenants.length > tenantsAtOnce
    ? [filter]
    : tenants.map((tenant) => ({ ...filter, namespaces: [tenant] }));
}

export async function findByKey(
  store: Store,
  key: string,
  signal?: AbortSignal,
): Promise<Entry | undefined> {
  const row = await select(store, {}).where("key", "=", key).executeTakeFirst({ signal });
  return row && entryOf(row);
}

export async function findKnown(
  db: Pick<Database, "selectFrom">,
  keys: readonly string[],
  signal?: AbortSignal,
): Promise<ReadonlySet<string>> {
  if (keys.length === 0) return new Set();
  const rows = await db
    .selectFrom("ledger_entry")
    .select("key")
    .where("key", "in", keys)
    .execute({ signal });
  return new Set(rows.map(({ key }) => key));
}
