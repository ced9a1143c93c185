import pino from "pino";
import { ForgeError, messageOf, namesSecret, neutralText, redact } from "../api/index.ts";

/** Structured log: a constant message, everything that varies in the fields. */
export interface Logger {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  child(fields: object): Logger;
}

export const logLevels = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof logLevels)[number];

/** Where lines go; process.stdout in programs, a buffer in tests. */
export interface LogSink {
  write(line: string): void;
}

/** A JSON logger (one object a line) that strikes secrets out of every string it writes. */
export function createLogger(
  level: LogLevel,
  bindings: object = {},
  sink: LogSink = process.stdout,
): Logger {
  return pino(
    {
      level,
      base: bindings,
      timestamp: pino.stdTimeFunctions.isoTime,
      formatters: {
        level: (label) => ({ level: label }),
        bindings: clean,
        log: clean,
      },
      // What is cleaned is plain already.
      serializers: {},
    },
    { write: (line: string) => sink.write(line) },
  );
}

/** Deeper than anything that is logged on purpose. */
const depthLimit = 8;

/** Strings are cleaned before they become JSON: a line that is cut afterwards may be none. */
function clean(fields: object): Record<string, unknown> {
  return cleanValue(fields, 0) as Record<string, unknown>;
}

function cleanValue(value: unknown, depth: number): unknown {
  if (typeof value === "string") return neutralText(redact(value));
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Error) return describeError(value);
  if (depth === depthLimit) return "…";
  if (Array.isArray(value)) return value.map((item) => cleanValue(item, depth + 1));
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      key,
      namesSecret(key) && typeof inner === "string" ? "***" : cleanValue(inner, depth + 1),
    ]),
  );
}

function describeError(error: Error): object {
  if (error instanceof ForgeError) {
    return { code: error.code, message: error.message, hint: error.hint };
  }
  return {
    name: error.name,
    message: messageOf(error),
    stack: neutralText(redact(error.stack ?? "")),
  };
}
