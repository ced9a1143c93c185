export { createLogger, type Logger, type LogLevel, logLevels } from "./log.ts";
export { type PackagingResult, ReleaseMetrics } from "./release-metrics.ts";
