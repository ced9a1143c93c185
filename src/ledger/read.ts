import { type ExpressionBuilder, sql } from "kysely";
import { ForgeError } from "../api/index.ts";
import type { Entry, Filter, Page, PageRequest } from "./ports.ts";
import { entryOf } from "./store/entry-row.ts";
import type { Database, HeadRow, Tables } from "./store/tables.ts";

export const pageLimit = 500;
const usualLimit = 50;

/** One page; what retention has signed off is not shown, be it removed already or not. */
export async function readPage(
  db: Database,
  { order = "newest", after, limit = usualLimit, ...filter }: PageRequest,
  signal?: AbortSignal,
): Promise<Page> {
  const size = Math.min(Math.max(1, Math.trunc(limit)), pageLimit);
  let query = select(db, filter)
    .orderBy("sequence", order === "newest" ? "desc" : "asc")
    // One more tells whether there is a next page.
    .limit(size + 1);
  if (after !== undefined) query = query.where("sequence", order === "newest" ? "<" : ">", after);
  const rows = await query.execute({ signal });
  const items = rows.slice(0, size).map(entryOf);
  const last = items.at(-1);
  return { items, ...(rows.length > size && last && { next: last.sequence }) };
}

export async function findByKey(
  db: Database,
  key: string,
  signal?: AbortSignal,
): Promise<Entry | undefined> {
  const row = await select(db, {}).where("key", "=", key).executeTakeFirst({ signal });
  return row && entryOf(row);
}

export function readHead(db: Database, signal?: AbortSignal): Promise<HeadRow> {
  return db.selectFrom("ledger_head").selectAll().executeTakeFirstOrThrow({ signal });
}

function select(db: Database, filter: Filter) {
  const { namespaces, kinds, events, since, before } = filter;
  let query = db
    .selectFrom("ledger_entry")
    .selectAll()
    .where("sequence", ">", (head) => head.selectFrom("ledger_head").select("pruned_through"));
  for (const field of ["repository", "project", "environment", "actor", "subject"] as const) {
    const value = filter[field];
    if (value !== undefined) query = query.where(field, "=", value);
  }
  for (const [column, values] of [
    ["namespace", namespaces],
    ["kind", kinds],
    ["event", events],
  ] as const) {
    if (values !== undefined) query = query.where((row) => isOneOf(row, column, values));
  }
  if (since !== undefined) query = query.where("time", ">=", momentOf("since", since));
  if (before !== undefined) query = query.where("time", "<", momentOf("before", before));
  return query;
}

function isOneOf(
  row: ExpressionBuilder<Tables, "ledger_entry">,
  column: "namespace" | "kind" | "event",
  values: readonly string[],
) {
  const [only] = values;
  if (only === undefined) return sql<boolean>`1 = 0`;
  return values.length === 1 ? row(column, "=", only) : row(column, "in", values);
}

/** In the one form that times are compared in. */
export function momentOf(name: string, time: string): string {
  const moment = new Date(time);
  if (!Number.isNaN(moment.getTime())) return moment.toISOString();
  throw new ForgeError("UsageInvalid", `${name} is not a time in ISO 8601`, {
    hint: "Write it like 2026-01-31T12:00:00Z.",
  });
}
