import { InvalidArgumentError, Option } from "commander";
import { parseDuration } from "./duration.ts";

export function durationOption(description: string, preset: string): Option {
  return new Option("--timeout <duration>", description)
    .argParser(readDuration)
    .default(parseDuration(preset), preset);
}

export const sinceOption = () =>
  new Option("--since <duration>", "of so long, such as 24h").argParser(readDuration);

const mostShown = 10_000;

export const limitOption = () =>
  new Option("--limit <count>", "how many at most")
    .argParser((text) => {
      const count = Number(text);
      if (Number.isInteger(count) && count > 0 && count <= mostShown) return count;
      throw new InvalidArgumentError(`A count is a number from 1 to ${mostShown}.`);
    })
    .default(50);

export const afterOption = () =>
  new Option("--after <sequence>", "go on behind this entry, the last that came whole")
    .argParser((text) => {
      if (/^[0-9]{1,15}$/.test(text)) return Number(text);
      throw new InvalidArgumentError("A sequence is a number.");
    })
    .default(0);

function readDuration(text: string): number {
  const parsed = parseDuration(text);
  if (parsed === undefined) throw new InvalidArgumentError("A duration is 90s, 5m or 1h30m.");
  return parsed;
}

export const reasonOption = () => new Option("--reason <text>", "why, for those who come after");
export const dryRunOption = () => new Option("--dry-run", "judge and check, and change nothing");
export const waitOption = () => new Option("--wait", "wait until it is there, progress on stderr");
