const units: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000 };

/**
 * Milliseconds of a duration such as 15s, 1.5s, 500ms or 2m.
 * @throws Error that names the flag
 */
export function parseDuration(flag: string, text: string): number {
  const [, amount = "", unit = ""] = /^(\d{1,6}(?:\.\d{1,3})?)(ms|s|m)$/.exec(text) ?? [];
  const milliseconds = Number(amount) * (units[unit] ?? Number.NaN);
  if (milliseconds > 0) return milliseconds;
  throw new Error(`--${flag}: ${text} is no duration such as 15s, 500ms or 2m`);
}
