// forge-controller: reads its settings, makes the parts, and runs them until it is told to stop.
import { readFileSync } from "node:fs";
import { KubeConfig } from "@kubernetes/client-node";
import { collectDefaultMetrics, Registry } from "prom-client";
import {
  ControllerMetrics,
  EventRecorder,
  HealthServer,
  LeaderElection,
  Manager,
} from "../../controller/index.ts";
import { Connection, KubeClient, systemClock } from "../../controller/kube/index.ts";
import { createGitOpsWriter } from "../../src/gitops/index.ts";
import {
  credentialHelpers,
  credentialsFromDockerConfig,
  RegistryClient,
  releaseImagesIn,
} from "../../src/oci/index.ts";
import { cachesOf, createInformers, createLoops } from "../../src/reconcilers/index.ts";
import { createLogger, ReleaseMetrics } from "../../src/telemetry/index.ts";
import { type Config, helpText, readConfig } from "./config.ts";

const userAgent = "forge-controller/0.1.0";

function loadKubeConfig(file: string | undefined): KubeConfig {
  const config = new KubeConfig();
  if (file === undefined) config.loadFromDefault();
  else config.loadFromFile(file);
  return config;
}

async function run(config: Config): Promise<void> {
  const log = createLogger(config.logLevel, { program: "forge-controller" });
  const clock = systemClock;
  const random = Math.random;
  const connection = new Connection(loadKubeConfig(config.kubeconfig), { userAgent });
  const client = new KubeClient(connection, { clock, random });
  const metricsRegistry = new Registry();
  collectDefaultMetrics({ register: metricsRegistry });
  const controllerMetrics = new ControllerMetrics(metricsRegistry);
  const registry = new RegistryClient({
    insecureHosts: config.insecureRegistries,
    log,
    ...(config.dockerConfig !== undefined && {
      credentials: credentialsFromDockerConfig(
        readFileSync(config.dockerConfig, "utf8"),
        credentialHelpers({ allowed: config.credentialHelpers }),
      ),
    }),
  });
  const writer = createGitOpsWriter({ log });
  const informers = createInformers({
    client,
    log,
    clock,
    random,
    ...(config.namespace !== undefined && { namespace: config.namespace }),
  });
  const events = new EventRecorder({
    client,
    log,
    clock,
    controller: "forge-controller",
    instance: config.leaderElection?.identity ?? `forge-controller-${process.pid}`,
  });
  const loops = createLoops(
    {
      client,
      caches: cachesOf(informers),
      images: releaseImagesIn(registry),
      writer,
      events,
      metrics: new ReleaseMetrics(metricsRegistry),
      log,
      clock,
      random,
      settings: { registry: config.registry, insecureGitHosts: config.insecureGitHosts },
    },
    informers,
    controllerMetrics,
  );
  for (const informer of Object.values(informers)) controllerMetrics.trackInformer(informer);
  const health = new HealthServer({
    host: config.bindAddress,
    port: config.port,
    log,
    healthy: () => [],
    ready: () => manager.notReady(),
    metrics: async () => ({
      contentType: metricsRegistry.contentType,
      text: await metricsRegistry.metrics(),
    }),
  });
  const manager = new Manager({
    servers: [
      {
        start: async () => log.info({ port: await health.start() }, "serving health and metrics"),
        stop: () => health.stop(),
      },
    ],
    informers: Object.values(informers),
    loops,
    log,
    clock,
    onLeading: (leads) => controllerMetrics.setLeader(leads),
    ...(config.leaderElection && {
      election: new LeaderElection({
        client,
        lease: { namespace: config.leaderElection.namespace, name: "forge-controller" },
        identity: config.leaderElection.identity,
        log,
        clock,
        random,
      }),
    }),
  });
  const stop = new AbortController();
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.once(signal, () => stop.abort());
  try {
    await manager.run(stop.signal);
  } finally {
    await events.flush();
    await writer.close();
    await registry[Symbol.asyncDispose]();
    await connection.close();
    log.info({}, "stopped");
  }
}

try {
  const config = readConfig(process.argv.slice(2), process.env);
  if (config === "help") process.stdout.write(helpText());
  else await run(config);
} catch (error) {
  process.stderr.write(`forge-controller: ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}
