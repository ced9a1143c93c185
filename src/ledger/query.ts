import { type RawBuilder, type SqlBool, sql } from "kysely";
import { ForgeError } from "../api/index.ts";
import type { Filter } from "./ports.ts";
import type { Store } from "./store/store.ts";

/** Columns with an index of their own, the one that leaves the fewest entries first. */
const indexed = ["subject", "project", "actor", "namespace", "kind", "environment"] as const;
type Column = (typeof indexed)[number] | "repository" | "event";
type Wanted = Partial<Record<Column, readonly string[]>>;

function wantedOf({ namespaces, kinds, events, ...single }: Filter): Wanted {
  const wanted: Wanted = {
    ...(namespaces && { namespace: namespaces }),
    ...(kinds && { kind: kinds }),
    ...(events && { event: events }),
  };
  for (const column of ["repository", "project", "environment", "actor", "subject"] as const) {
    const value = single[column];
    if (value !== undefined) wanted[column] = [value];
  }
  return wanted;
}

function leadingOf(wanted: Wanted): (typeof indexed)[number] | undefined {
  return indexed.find((column) => wanted[column]?.length === 1);
}

/** The filter that an index serves alone: the entries that it leaves are tested one by one. */
export function leadingPart(filter: Filter): Filter {
  const leading = leadingOf(wantedOf(filter));
  const { namespaces = [], kinds = [], repository } = filter;
  if (leading === undefined) return {};
  if (leading === "namespace") return { namespaces };
  if (leading === "kind") return { kinds };
  const isProject = leading === "project" && repository !== undefined;
  return { [leading]: filter[leading], ...(isProject && { repository }) };
}

/**
 * SQLite knows nothing of how many entries a value has, and takes an index that leaves half of them,
 * or one that gives up the order: one column is left to it, the others only filter.
 */
export function select(
  { db, filterOnly }: Store,
  filter: Filter,
  { leads = true }: { readonly leads?: boolean } = {},
) {
  const { since, before } = filter;
  const wanted = wantedOf(filter);
  const leading = leadingOf(wanted);
  let query = db
    .selectFrom("ledger_entry")
    .selectAll()
    .where("sequence", ">", (head) => head.selectFrom("ledger_head").select("pruned_through"));
  for (const [column, values] of Object.entries(wanted) as [Column, readonly string[]][]) {
    const isLed = column === leading || (column === "repository" && leading === "project");
    query = query.where(
      isOneOf(leads && isLed ? sql.ref<string>(column) : filterOnly(column), values),
    );
  }
  // By an index of time, entries would not come in their order.
  const time = filterOnly("time");
  if (since !== undefined) query = query.where(time, ">=", momentOf("since", since));
  if (before !== undefined) query = query.where(time, "<", momentOf("before", before));
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
