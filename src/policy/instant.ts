/** A moment as status says it: RFC 3339 in UTC, without a fraction where there is none. */
export function instant(moment: Date | number): string {
  return new Date(moment).toISOString().replace(".000Z", "Z");
}

/** The first of some moments, in milliseconds, as evidence of a verdict; never is no evidence. */
export function untilFirst(moments: Iterable<number>): { until?: string } {
  const first = Math.min(...moments);
  return Number.isFinite(first) ? { until: instant(first) } : {};
}
