import type { Transaction } from "kysely";
import { canonicalJson, ForgeError, namesSecret, redact } from "../api/index.ts";
import { hashOf } from "./chain/hash.ts";
import { type Appended, type Entry, entryKinds, type Fact, type Json } from "./ports.ts";
import { findKnown } from "./read.ts";
import { rowOf } from "./store/entry-row.ts";
import type { Store } from "./store/store.ts";
import type { HeadRow, Tables } from "./store/tables.ts";

export const appendLimit = 1_000;
const detailsLimit = 128 * 1024;
const textLimit = 1_024;
/** All that is taken of a fact, besides its time and its details. */
const textFields = [
  ...(["key", "kind", "event", "namespace", "subject"] as const),
  ...(["repository", "project", "environment", "actor"] as const),
];
/** Rows of one statement: PostgreSQL takes 65,535 parameters, SQLite 32,766. */
const rowsAtOnce = 500;

/** In one transaction. @throws ForgeError LedgerEntryInvalid before anything is written. */
export async function append(
  store: Store,
  facts: readonly Fact[],
  now: () => number,
): Promise<Appended> {
  if (facts.length > appendLimit) throw invalid("facts", `more than ${appendLimit} at once`);
  const prepared = facts.map(prepare);
  if (prepared.length === 0) return { recorded: [], known: 0 };
  const recorded = await store.db
    .transaction()
    .execute(async (transaction) =>
      appendTo(transaction, await store.lockHead(transaction), prepared, now()),
    );
  return { recorded, known: facts.length - recorded.length };
}

/** Leaves out what is known, chains the rest to the head, which is locked, and moves the head. */
export async function appendTo(
  transaction: Transaction<Tables>,
  head: HeadRow,
  facts: readonly Fact[],
  now: number,
): Promise<Entry[]> {
  const wanted = new Map(facts.map((fact) => [fact.key, fact]));
  for (const key of await findKnown(transaction, [...wanted.keys()])) wanted.delete(key);
  const recorded = chain(
    [...wanted.values()].filter((fact) => isKept(fact, head)),
    head,
    now,
  );
  for (let index = 0; index < recorded.length; index += rowsAtOnce) {
    const rows = recorded.slice(index, index + rowsAtOnce).map(rowOf);
    await transaction.insertInto("ledger_entry").values(rows).execute();
  }
  const last = recorded.at(-1);
  if (last !== undefined) {
    await transaction
      .updateTable("ledger_head")
      .set({ sequence: last.sequence, hash: last.hash, recorded_at: last.recordedAt })
      .execute();
  }
  return recorded;
}

/** What lies before the retention was removed, or would be: an object that outlived it says it again. */
function isKept({ time }: Fact, { pruned_before }: HeadRow): boolean {
  return time === undefined || time >= pruned_before;
}

function chain(facts: readonly Fact[], head: HeadRow, now: number): Entry[] {
  // Never earlier than the entry before, whatever the clock does.
  const clock = new Date(now).toISOString();
  const recordedAt = clock > head.recorded_at ? clock : head.recorded_at;
  let { sequence, hash: previous } = head;
  return facts.map((fact) => {
    sequence += 1;
    // What seems to happen in the future is another clock that goes ahead of this one.
    const time = fact.time !== undefined && fact.time < recordedAt ? fact.time : recordedAt;
    const entry = { ...fact, sequence, time, recordedAt, previous };
    previous = hashOf(entry);
    return { ...entry, hash: previous };
  });
}

/** The fact as it may be recorded: bounded, without secrets, its time in the one form. */
export function prepare({ time, details, ...fact }: Fact): Fact {
  if (!entryKinds.includes(fact.kind)) throw invalid("kind", `${fact.kind} is none`);
  const cleaned = clean(details) as Fact["details"];
  if (Buffer.byteLength(canonicalJson(cleaned)) > detailsLimit) {
    throw invalid("details", `more than ${detailsLimit} bytes`);
  }
  const moment = time === undefined ? undefined : new Date(time);
  if (Number.isNaN(moment?.getTime())) throw invalid("time", "not ISO 8601");
  const texts = textFields.flatMap((field) => {
    const value = fact[field];
    return value === undefined ? [] : [[field, bounded(field, value)]];
  });
  return {
    ...(Object.fromEntries(texts) as Omit<Fact, "details">),
    ...(moment && { time: moment.toISOString() }),
    details: cleaned,
  };
}

function bounded(field: string, value: string): string {
  if (value.length > textLimit) throw invalid(field, `longer than ${textLimit} characters`);
  return cleanText(value);
}

/** Without secrets, and without what PostgreSQL and UTF-8 cannot hold. */
function cleanText(value: string): string {
  return redact(value).replaceAll("\0", "\u{fffd}").toWellFormed();
}

function clean(value: Json | undefined): Json | undefined {
  if (typeof value === "string") return cleanText(value);
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map((item: Json) => clean(item) ?? null);
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return Object.fromEntries(
    entries.map(([key, inner]) => [
      cleanText(key),
      namesSecret(key) ? "***" : (clean(inner) ?? null),
    ]),
  );
}

function invalid(field: string, problem: string): ForgeError {
  return new ForgeError("LedgerEntryInvalid", `${field} of a ledger entry: ${problem}`);
}
