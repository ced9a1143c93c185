const units: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** Longer ones are as good as for ever, and every moment that they lead to is still a date. */
const longest = 100 * 365 * 24 * 3_600_000;

/** Milliseconds of a duration as the API takes it, such as 90s or 1h30m; at most a century. */
export function milliseconds(duration: string): number {
  const parts = [...duration.matchAll(/([0-9]+)(ms|s|m|h)/g)];
  const total = parts.reduce(
    (sum, [, count, unit = ""]) => sum + Number(count) * (units[unit] ?? 0),
    0,
  );
  return Math.min(total, longest);
}
