/** How far a build is. */
export interface BuildState {
  /** Programs that are being built, with their version. */
  readonly title: string;
  readonly compiled: number;
  /** Packages that are compiled in all; undefined until it is known. */
  readonly total: number | undefined;
  readonly elapsedMs: number;
  /** Programs of the builds that follow. */
  readonly next: readonly string[];
}

/** Fewer packages say nothing of the rate: the first ones are the smallest. */
const fewestPackages = 20;

/** Seconds until the last package is compiled, at the rate so far; undefined while it is unknown. */
export function secondsLeft({
  compiled,
  total,
  elapsedMs,
}: Pick<BuildState, "compiled" | "total" | "elapsedMs">): number | undefined {
  if (total === undefined || compiled < fewestPackages || elapsedMs <= 0) return undefined;
  return (elapsedMs / 1_000 / compiled) * Math.max(total - compiled, 0);
}

/** In steps that do not flicker: 5 s, and half a minute from two minutes on. */
export function roundedTime(seconds: number): string {
  const step = seconds < 120 ? 5 : 30;
  const rounded = Math.max(Math.ceil(seconds / step) * step, step);
  const [minutes, rest] = [Math.floor(rounded / 60), rounded % 60];
  return [minutes > 0 && `${minutes} min`, rest > 0 && `${rest} s`].filter(Boolean).join(" ");
}

/** The line that is shown of a build. */
export function progressText(state: BuildState): string {
  const { title, compiled, total, next } = state;
  const left = secondsLeft(state);
  const parts = [
    total === undefined ? `package ${compiled}` : `${compiled} of ${total} packages`,
    ...(left === undefined ? [] : [left > 0 ? `about ${roundedTime(left)} left` : "linking"]),
  ];
  const then = next.length === 0 ? "" : `; then ${next.join(", ")}`;
  return `tools: ${title}: ${parts.join(", ")}${then}`;
}
