const units: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/**
 * Milliseconds of a duration such as 15s, 1.5s, 500ms, 2m or 30d.
 * @throws Error that names the flag
 */
export function parseDuration(flag: string, text: string): number {
  const [, amount = "", unit = ""] = /^(\d{1,6}(?:\.\d{1,3})?)(ms|s|m|h|d)$/.exec(text) ?? [];
  const milliseconds = Number(amount) * (units[unit] ?? Number.NaN);
  if (milliseconds > 0) return milliseconds;
  throw new Error(`--${flag}: ${text} is no duration such as 15s, 500ms or 2m`);
}
