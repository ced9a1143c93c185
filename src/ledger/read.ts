import { type RawBuilder, type SqlBool, sql } from "kysely";
import { ForgeError } from "../api/index.ts";
import type { Entry, Filter, Page, PageRequest } from "./ports.ts";
import { entryOf } from "./store/entry-row.ts";
import type { Store } from "./store/store.ts";
import type { Database, EntryRow, HeadRow } from "./store/tables.ts";

export const pageLimit = 500;
const usualLimit = 50;

/** One page; what retention has signed off is not shown, be it removed already or not. */
export async function readPage(
  store: Store,
  { order = "newest", after, limit = usualLimit, ...filter }: PageRequest,
  signal?: AbortSignal,
): Promise<Page> {
  const size = Math.min(Math.max(1, Math.trunc(limit)), pageLimit);
  const rows: EntryRow[] = [];
  for (const part of partsOf(store, filter)) {
    let query = select(store, part)
      .orderBy("sequence", order === "newest" ? "desc" : "asc")
      // One more tells whether there is a next page.
      .limit(size + 1);
    if (after !== undefined) query = query.where("sequence", order === "newest" ? "<" : ">", after);
    rows.push(...(await query.execute({ signal })));
    rows.sort((a, b) => (order === "newest" ? b.sequence - a.sequence : a.sequence - b.sequence));
    rows.splice(size + 1);
  }
  const items = rows.slice(0, size).map(entryOf);
  const last = items.at(-1);
  return { items, ...(rows.length > size && last && { next: last.sequence }) };
}

/** More tenants than these are most of them: reading in order finds a page of theirs soon. */
const tenantsAtOnce = 100;

/**
 * SQLite reads several values of one column either without the order or without the index, and of
 * tenants that have next to nothing it would read the whole ledger: it is asked tenant by tenant.
 */
function partsOf({ isShared }: Store, filter: Filter): readonly Filter[] {
  const tenants = [...new Set(filter.namespaces)];
  return isShared || tenants.length < 2 || tenants.length > tenantsAtOnce
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

export function readHead(db: Database, signal?: AbortSignal): Promise<HeadRow> {
  return db.selectFrom("ledger_head").selectAll().executeTakeFirstOrThrow({ signal });
}

/** Columns with an index of their own, the one that leaves the fewest entries first. */
const indexed = ["subject", "project", "actor", "namespace", "kind", "environment"] as const;
type Column = (typeof indexed)[number] | "repository" | "event";

/**
 * SQLite knows nothing of how many entries a value has, and takes an index that leaves half of them,
 * or one that gives up the order: one column is left to it, the others only filter.
 */
function select({ db, filterOnly }: Store, filter: Filter) {
  const { namespaces, kinds, events, since, before, ...single } = filter;
  const wanted: Partial<Record<Column, readonly string[]>> = {
    ...(namespaces && { namespace: namespaces }),
    ...(kinds && { kind: kinds }),
    ...(events && { event: events }),
  };
  for (const column of ["repository", "project", "environment", "actor", "subject"] as const) {
    const value = single[column];
    if (value !== undefined) wanted[column] = [value];
  }
  const leading = indexed.find((column) => wanted[column]?.length === 1);
  let query = db
    .selectFrom("ledger_entry")
    .selectAll()
    .where("sequence", ">", (head) => head.selectFrom("ledger_head").select("pruned_through"));
  for (const [column, values] of Object.entries(wanted) as [Column, readonly string[]][]) {
    const leads = column === leading || (column === "repository" && leading === "project");
    query = query.where(isOneOf(leads ? sql.ref<string>(column) : filterOnly(column), values));
  }
  if (since !== undefined) query = query.where("time", ">=", momentOf("since", since));
  if (before !== undefined) query = query.where("time", "<", momentOf("before", before));
  return query;
}

function isOneOf(column: RawBuilder<string>, values: readonly string[]) {
  if (values.length === 0) return sql<SqlBool>`1 = 0`;
  if (values.length === 1) return sql<SqlBool>`${column} = ${values[0]}`;
  return sql<SqlBool>`${column} in (${sql.join(values)})`;
}

/** In the one form that times are compared in. */
export function momentOf(name: string, time: string): string {
  const moment = new Date(time);
  if (!Number.isNaN(moment.getTime())) return moment.toISOString();
  throw new ForgeError("UsageInvalid", `${name} is not a time in ISO 8601`, {
    hint: "Write it like 2026-01-31T12:00:00Z.",
  });
}
