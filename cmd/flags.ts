/** Settings of a program by flags and environment variables: one table for what it takes and its help. */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { parseDuration } from "./duration.ts";

export interface Flag {
  /** What stands behind the flag in the help; a flag without one is a switch. */
  readonly value?: string;
  /** Environment variable that is read when the flag is not given; a list has commas. */
  readonly variable?: string;
  readonly fallback?: string;
  readonly multiple?: true;
  readonly help: string;
}

export type Flags = Readonly<Record<string, Flag>>;

/** A line a flag, for --help. `width` is that of the column with their names. */
export function flagLines(flags: Flags, width: number): string {
  return Object.entries(flags)
    .map(([name, flag]) => {
      const left = `  --${name}${flag.value ? ` ${flag.value}` : ""}`.padEnd(width);
      const notes = [
        ...(flag.variable ? [`$${flag.variable}`] : []),
        ...(flag.fallback ? [`default ${flag.fallback}`] : []),
        ...(flag.multiple ? ["may be repeated"] : []),
      ];
      return `${left}${flag.help}${notes.length > 0 ? ` (${notes.join(", ")})` : ""}`;
    })
    .join("\n");
}

/** What was given for each flag. What cannot be read throws an Error that names the flag. */
interface Given<Name extends string> {
  isSet(name: Name): boolean;
  /** undefined for nothing, and for an empty text. */
  text(name: Name): string | undefined;
  list(name: Name): readonly string[];
  /** A whole number within bounds, both of them included. */
  number(name: Name, least: number, most: number): number;
  /** A duration in milliseconds. */
  milliseconds(name: Name): number;
  oneOf<Value extends string>(name: Name, values: readonly Value[]): Value;
}

/** @throws Error that names a flag which is not known, or lacks its value */
export function readFlags<const F extends Flags>(
  flags: F,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Given<keyof F & string> {
  const { values } = parseArgs({
    args: [...args],
    strict: true,
    options: Object.fromEntries(
      Object.entries(flags).map(([name, { value, multiple }]) => [
        name,
        { type: value ? "string" : "boolean", multiple: multiple === true } as const,
      ]),
    ),
  });
  const written = ({ variable, fallback = "" }: Flag): string =>
    (variable && env[variable]) || fallback;
  const text = (name: keyof F & string): string | undefined => {
    const given = values[name] ?? written(flags[name] as Flag);
    return typeof given === "string" && given !== "" ? given : undefined;
  };
  return {
    isSet: (name) => values[name] === true,
    text,
    number: (name, least, most) => {
      const value = Number(text(name));
      if (Number.isInteger(value) && value >= least && value <= most) return value;
      throw new Error(`--${name}: ${text(name)} is no number from ${least} to ${most}`);
    },
    milliseconds: (name) => parseDuration(name, text(name) ?? ""),
    oneOf: (name, allowed) => {
      const value = allowed.find((known) => known === text(name));
      if (value !== undefined) return value;
      throw new Error(`--${name}: one of ${allowed.join(", ")}`);
    },
    list: (name) => {
      const given = values[name];
      if (Array.isArray(given)) return given.map(String);
      return written(flags[name] as Flag)
        .split(",")
        .filter((part) => part !== "");
    },
  };
}

/**
 * The text of a file that a flag names.
 * @throws Error that names the flag
 */
export function readFlagFile(flag: string, file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? "unreadable";
    throw new Error(`--${flag}: ${file} cannot be read (${code})`, { cause });
  }
}
