export { createLogger, type Logger, type LogLevel, logLevels } from "./log.ts";
