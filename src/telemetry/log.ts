import pino from "pino";
import { ForgeError, messageOf, redact } from "../api/index.ts";

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
      formatters: { level: (label) => ({ level: label }) },
      serializers: { error: serializeError },
      redact: {
        paths: ["password", "token", "authorization", "*.password", "*.token", "*.authorization"],
        censor: "***",
      },
    },
    { write: (line: string) => sink.write(redact(line)) },
  );
}

function serializeError(thrown: unknown): object {
  if (thrown instanceof ForgeError) {
    return { code: thrown.code, message: thrown.message, hint: thrown.hint };
  }
  if (!(thrown instanceof Error)) return { message: messageOf(thrown) };
  return { name: thrown.name, message: messageOf(thrown), stack: redact(thrown.stack ?? "") };
}
