export { DeploymentMetrics } from "./deployment-metrics.ts";
export { createLogger, type Logger, type LogLevel, logLevels } from "./log.ts";
export { openTracer } from "./open-tracer.ts";
export { PluginMetrics } from "./plugin-metrics.ts";
export { type PackagingResult, type PushResult, ReleaseMetrics } from "./release-metrics.ts";
export { type MeasuredRoute, ServerMetrics } from "./server-metrics.ts";
export { endingWith, inSpan, noSpan, noTracer, type Span, type Tracer } from "./span.ts";
