/** A status stays small, however much there is to say: watches carry it to everybody. */

/** Those of the first items that fit into so many bytes of JSON; the very first always does. */
export function withinBytes<Item>(items: readonly Item[], maximumBytes: number): Item[] {
  let bytes = 0;
  const end = items.findIndex((item, index) => {
    bytes += Buffer.byteLength(JSON.stringify(item)) + 1;
    return index > 0 && bytes > maximumBytes;
  });
  return items.slice(0, end === -1 ? items.length : end);
}

/** Counts by name, the greatest first; what does not fit is counted as `Other`. */
export function countsWithinBytes(
  counts: Readonly<Record<string, number>>,
  maximumBytes: number,
): Record<string, number> {
  const sorted = Object.entries(counts).toSorted(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  const kept = withinBytes(sorted, maximumBytes);
  const other = sorted.slice(kept.length).reduce((sum, [, count]) => sum + count, 0);
  return Object.fromEntries(other > 0 ? [...kept, ["Other", other]] : kept);
}

export const limits = {
  triggerBytes: 1_024,
  aliasBytes: 512,
  decisionBytes: 1_600,
  resourceBytes: 416,
  imageBytes: 256,
  warningBytes: 192,
} as const;
