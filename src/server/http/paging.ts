import { ProblemError } from "./problem.ts";

export interface PageOf<Item> {
  readonly items: readonly Item[];
  readonly nextCursor?: string;
}

/**
 * The items behind the cursor. They are sorted by `compare`, and the cursor is the key of the last
 * one that was given: what comes and goes in between neither repeats an item nor passes one by.
 */
export function pageFrom<Item>(
  sorted: readonly Item[],
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
  order: {
    readonly key: (item: Item) => readonly (string | number)[];
    readonly compare: (a: readonly (string | number)[], b: readonly (string | number)[]) => number;
  },
): PageOf<Item> {
  const start = cursor === undefined ? 0 : firstBehind(sorted, readCursor(cursor), order);
  const items = sorted.slice(start, start + limit);
  const last = items.at(-1);
  if (last === undefined || start + limit >= sorted.length) return { items };
  return { items, nextCursor: writeCursor(order.key(last)) };
}

function firstBehind<Item>(
  sorted: readonly Item[],
  after: readonly (string | number)[],
  { key, compare }: Parameters<typeof pageFrom<Item>>[2],
): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compare(key(sorted[middle] as Item), after) > 0) high = middle;
    else low = middle + 1;
  }
  return low;
}

export function writeCursor(key: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(key)).toString("base64url");
}

/** @throws ProblemError PageNotFound */
export function readCursor(cursor: string): readonly (string | number)[] {
  try {
    const key: unknown = JSON.parse(Buffer.from(cursor, "base64url").toString("utf8"));
    const isKey = (part: unknown) => typeof part === "string" || typeof part === "number";
    if (Array.isArray(key) && key.length > 0 && key.every(isKey)) return key as (string | number)[];
  } catch {
    // Told below.
  }
  throw new ProblemError("PageNotFound", "the cursor is none of this server's", {
    errors: [{ field: "cursor", message: "is none of this server's" }],
  });
}

/** Part by part, ascending. */
export function ascending(
  a: readonly (string | number)[],
  b: readonly (string | number)[],
): number {
  for (const [index, part] of a.entries()) {
    const other = b[index];
    if (other === undefined || part === other) continue;
    return part < other ? -1 : 1;
  }
  return 0;
}

export const descending: typeof ascending = (a, b) => ascending(b, a);
