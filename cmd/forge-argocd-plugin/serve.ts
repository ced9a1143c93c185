// forge-argocd-plugin: serves Argo CD's repo-server until it is told to stop.
import { collectDefaultMetrics, Registry } from "prom-client";
import { HealthServer } from "../../controller/index.ts";
import {
  ManifestCache,
  ManifestGenerator,
  type Observer,
  PluginServer,
  requestLimit,
} from "../../src/plugin/index.ts";
import { createLogger, PluginMetrics } from "../../src/telemetry/index.ts";
import { aborted, stopSignal } from "../program.ts";
import { keepHeapSmall } from "../small-heap.ts";
import type { ServeConfig } from "./config.ts";
import { makeParts } from "./parts.ts";

/** Argo CD's controllers ask for some tens at a time; a thousand is a flood. */
const mayWait = 1_000;

export async function serve(config: ServeConfig): Promise<void> {
  keepHeapSmall();
  const log = createLogger(config.logLevel, { program: "forge-argocd-plugin" });
  const metricsRegistry = new Registry();
  collectDefaultMetrics({ register: metricsRegistry });
  const parts = makeParts(config, log);
  const cache = new ManifestCache(config.memoryBytes);
  const limit = requestLimit(config.concurrency, mayWait);
  const metrics = new PluginMetrics(metricsRegistry, {
    running: () => limit.running,
    waiting: () => limit.waiting,
    memoryBytes: () => cache.bytes,
    diskBytes: () => parts.store?.bytes ?? 0,
  });
  const observer = {
    retried: (error: Error) => {
      log.warn({ error }, "a registry is asked again");
      metrics.retried();
    },
    read: (origin: "memory" | "disk" | "registry") => metrics.read(origin),
    made: ({ image: _, ...pointer }: Parameters<Observer["made"]>[0]) =>
      log.info(pointer, "manifests made"),
  };
  const server = new PluginServer({
    socket: config.socket,
    socketMode: config.socketMode,
    generator: new ManifestGenerator({ ...parts, cache, observer }),
    limit,
    requestTimeoutMs: config.timeoutMs,
    metrics,
    log,
    now: Date.now,
  });
  const health = new HealthServer({
    host: config.bindAddress,
    port: config.port,
    log,
    healthy: () => [],
    ready: () => (server.serving ? [] : ["the socket is not served"]),
    metrics: metricsRegistry,
  });
  const stop = stopSignal();
  await health.start();
  await server.start();
  log.info({ socket: config.socket, registries: config.registries }, "serving Argo CD");
  await aborted(stop);
  log.info({}, "stopping");
  await server.stop(config.drainMs);
  await health.stop();
  await parts.registry[Symbol.asyncDispose]();
  log.info({}, "stopped");
}
