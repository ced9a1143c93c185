export { createLogger, type Logger, type LogLevel, logLevels } from "./log.ts";
export { PluginMetrics } from "./plugin-metrics.ts";
export { type PackagingResult, type PushResult, ReleaseMetrics } from "./release-metrics.ts";
export { ServerMetrics } from "./server-metrics.ts";
