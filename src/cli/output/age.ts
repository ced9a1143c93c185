const units = [
  { name: "d", ms: 86_400_000 },
  { name: "h", ms: 3_600_000 },
  { name: "m", ms: 60_000 },
] as const;

/** How long ago, in its largest unit, as kubectl says it: 12s, 3h, 40d. */
export function ageText(time: string | undefined, now: Date): string {
  const since = now.getTime() - Date.parse(time ?? "");
  if (Number.isNaN(since)) return "";
  const unit = units.find(({ ms }) => since >= ms);
  return unit === undefined
    ? `${Math.max(0, Math.floor(since / 1_000))}s`
    : `${Math.floor(since / unit.ms)}${unit.name}`;
}
