import { InvalidArgumentError, Option } from "commander";
import { parseDuration } from "./duration.ts";

export function durationOption(description: string, preset: string): Option {
  return new Option("--timeout <duration>", description)
    .argParser((text) => {
      const parsed = parseDuration(text);
      if (parsed === undefined) throw new InvalidArgumentError("A duration is 90s, 5m or 1h30m.");
      return parsed;
    })
    .default(parseDuration(preset), preset);
}

export const reasonOption = () => new Option("--reason <text>", "why, for those who come after");
export const dryRunOption = () => new Option("--dry-run", "judge and check, and change nothing");
export const waitOption = () => new Option("--wait", "wait until it is there, progress on stderr");
