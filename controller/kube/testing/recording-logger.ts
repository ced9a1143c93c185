import type { Logger } from "../ports.ts";

export interface LoggedLine {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly message: string;
  readonly fields: object;
}

/** A logger that keeps its lines, children's too, for a test to look at. */
export function recordingLogger(lines: LoggedLine[] = [], bound: object = {}): Logger {
  const write = (level: LoggedLine["level"]) => (fields: object, message: string) => {
    lines.push({ level, message, fields: { ...bound, ...fields } });
  };
  return {
    debug: write("debug"),
    info: write("info"),
    warn: write("warn"),
    error: write("error"),
    child: (fields) => recordingLogger(lines, { ...bound, ...fields }),
  };
}
