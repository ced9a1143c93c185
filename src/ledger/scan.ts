/** Looks through entries in slices, and gives others their turn between two. */
import type { Filter } from "./ports.ts";
import { leadingPart, momentOf, select } from "./query.ts";
import type { Store } from "./store/store.ts";
import type { EntryRow } from "./store/tables.ts";

/** How much is looked at. */
export interface ScanLimits {
  /** SQLite looks at so many within some milliseconds, in which the process does nothing else. */
  readonly sliceRows: number;
  readonly slices: number;
  /** A span of time with no more entries is read by its index, however much lies around it. */
  readonly narrowRows: number;
}

export const usualLimits: ScanLimits = { sliceRows: 2_000, slices: 25, narrowRows: 2_000 };
const fetchedAtOnce = 500;

export interface ScanRequest {
  readonly order: "newest" | "oldest";
  readonly after: number | undefined;
  /** How many rows are enough. */
  readonly size: number;
  /** Entries behind this one need not be read. */
  readonly until: number | undefined;
  /** Up to this entry, the oldest first, none is wanted. */
  readonly floor: number | undefined;
  readonly limits: ScanLimits;
}

export interface Scanned {
  readonly rows: readonly EntryRow[];
  /** The last entry that was looked at; undefined where none is left. */
  readonly end: number | undefined;
}

export async function scan(
  store: Store,
  filter: Filter,
  request: ScanRequest,
  signal?: AbortSignal,
): Promise<Scanned> {
  const { namespaces, kinds, events } = filter;
  const isEmpty = [namespaces, kinds, events].some((values) => values?.length === 0);
  if (isEmpty) return { rows: [], end: undefined };
  const narrow = await narrowSpan(store, filter, request, signal);
  if (narrow !== undefined)
    return fetchThese(store, filter, { ...request, sequences: narrow }, signal);
  const { order, size, until, floor, limits } = request;
  const isNewest = order === "newest";
  const rows: EntryRow[] = [];
  let { after } = request;
  if (!isNewest && floor !== undefined) after = Math.max(after ?? 0, floor);
  for (let slice = 1; ; slice += 1) {
    const boundary = await boundaryOf(store, filter, { order, after, floor, limits }, signal);
    let query = between(store, filter, { order, after, floor }).limit(size - rows.length);
    if (boundary !== undefined) query = query.where("sequence", isNewest ? ">=" : "<=", boundary);
    rows.push(...(await query.execute({ signal })));
    if (rows.length >= size) return { rows, end: rows.at(-1)?.sequence };
    if (boundary === undefined) return { rows, end: undefined };
    const isBehind = until !== undefined && (isNewest ? boundary <= until : boundary >= until);
    if (isBehind || slice === limits.slices) return { rows, end: boundary };
    after = boundary;
    await new Promise(setImmediate);
    signal?.throwIfAborted();
  }
}

interface Span {
  readonly order: "newest" | "oldest";
  readonly after: number | undefined;
  readonly floor: number | undefined;
}

function between(store: Store, filter: Filter, { order, after, floor }: Span) {
  const isNewest = order === "newest";
  let query = select(store, filter).orderBy("sequence", isNewest ? "desc" : "asc");
  if (after !== undefined) query = query.where("sequence", isNewest ? "<" : ">", after);
  return floor !== undefined && isNewest ? query.where("sequence", ">", floor) : query;
}

/** The last entry of a slice; undefined where less than a slice is left. */
async function boundaryOf(
  store: Store,
  filter: Filter,
  span: Span & Pick<ScanRequest, "limits">,
  signal?: AbortSignal,
): Promise<number | undefined> {
  const row = await between(store, leadingPart(filter), span)
    .clearSelect()
    .select("sequence")
    .offset(span.limits.sliceRows - 1)
    .limit(1)
    .executeTakeFirst({ signal });
  return row?.sequence;
}

/** The entries of a span of time, where it is narrow enough; undefined where it is not. */
async function narrowSpan(
  { db, filterOnly }: Store,
  { namespaces, since, before }: Filter,
  { order, after, limits: { narrowRows } }: ScanRequest,
  signal?: AbortSignal,
): Promise<readonly number[] | undefined> {
  if (since === undefined && before === undefined) return undefined;
  let query = db
    .selectFrom("ledger_entry")
    .select("sequence")
    .where(filterOnly<number>("sequence"), ">", (head) =>
      head.selectFrom("ledger_head").select("pruned_through"),
    )
    .limit(narrowRows + 1);
  const [only, another] = namespaces ?? [];
  if (only !== undefined && another === undefined) query = query.where("namespace", "=", only);
  if (since !== undefined) query = query.where("time", ">=", momentOf("since", since));
  if (before !== undefined) query = query.where("time", "<", momentOf("before", before));
  const found = await query.execute({ signal });
  if (found.length > narrowRows) return undefined;
  const isNewest = order === "newest";
  return found
    .map(({ sequence }) => sequence)
    .filter((one) => after === undefined || (isNewest ? one < after : one > after))
    .toSorted((a, b) => (isNewest ? b - a : a - b));
}

async function fetchThese(
  store: Store,
  filter: Filter,
  { sequences, order, size }: ScanRequest & { readonly sequences: readonly number[] },
  signal?: AbortSignal,
): Promise<Scanned> {
  const rows: EntryRow[] = [];
  for (let from = 0; from < sequences.length; from += fetchedAtOnce) {
    const chunk = sequences.slice(from, from + fetchedAtOnce);
    const found = await select(store, filter, { leads: false })
      .where("sequence", "in", chunk)
      .orderBy("sequence", order === "newest" ? "desc" : "asc")
      .limit(size - rows.length)
      .execute({ signal });
    rows.push(...found);
    if (rows.length >= size) return { rows, end: rows.at(-1)?.sequence };
  }
  return { rows, end: undefined };
}
