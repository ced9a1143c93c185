// forge-server: reads its settings, makes the parts, and serves until it is told to stop.
import { readFile } from "node:fs/promises";
import { KubeConfig } from "@kubernetes/client-node";
import { collectDefaultMetrics, Registry } from "prom-client";
import { ControllerMetrics, HealthServer, Manager } from "../../controller/index.ts";
import {
  type ChangeType,
  Connection,
  KubeClient,
  type KubeObject,
  systemClock,
} from "../../controller/kube/index.ts";
import { ownNetwork } from "../../src/network/index.ts";
import {
  ApiServer,
  ChangeFeed,
  cachesOf,
  createApp,
  createInformers,
  Issuer,
} from "../../src/server/index.ts";
import { createLogger, openTracer, ServerMetrics } from "../../src/telemetry/index.ts";
import { loadKubeConfig } from "../kube-config.ts";
import { aborted, runProgram, stopSignal } from "../program.ts";
import { keepHeapSmall } from "../small-heap.ts";
import { version } from "../version.ts";
import { type Config, helpText, readConfig } from "./config.ts";
import { LedgerKeeper } from "./ledger-keeper.ts";
import { wedged } from "./wedged.ts";

const userAgent = `forge-server/${version}`;

/** The same API server, and nobody's credentials: each caller brings its own. */
function withoutCredentials(config: KubeConfig): KubeConfig {
  const cluster = config.getCurrentCluster();
  if (cluster === null) throw new Error("kubeconfig: the current context has no cluster");
  const bare = new KubeConfig();
  bare.loadFromClusterAndUser(cluster, { name: "caller" });
  return bare;
}

async function run(config: Config): Promise<void> {
  const log = createLogger(config.logLevel, { program: "forge-server" });
  const clock = systemClock;
  const random = Math.random;
  const kubeConfig = loadKubeConfig(config.kubeconfig);
  const connection = new Connection(kubeConfig, { userAgent });
  const callers = new Connection(withoutCredentials(kubeConfig), { userAgent });
  const client = new KubeClient(connection, { clock, random });
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const controllerMetrics = new ControllerMetrics(registry);

  const { namespace } = config;
  const informers = createInformers({
    ...{ client, log, clock, random },
    ...(namespace !== undefined && { namespace }),
  });
  const changes = new ChangeFeed(clock);
  const all = Object.values(informers);
  for (const informer of all) {
    controllerMetrics.trackInformer(informer);
    const tell = (type: ChangeType, object: KubeObject) => changes.tell(type, object as never);
    informer.addHandler(tell);
  }
  const ledger = new LedgerKeeper({
    options: config.ledger,
    retentionMs: config.ledgerRetentionMs,
    ...{ informers, client, log, clock, random },
  });

  const tracer = await openTracer({
    endpoint: config.otlpEndpoint,
    ...{ service: "forge-server", version, log },
  });
  const stopping = new AbortController();
  const metrics = new ServerMetrics(registry);
  const missing = () => manager.notReady();
  const issuer = config.oidc && new Issuer({ ...config.oidc, network: ownNetwork({ log }), clock });
  const app = createApp(
    {
      impersonation: issuer && { issuer, connection },
      ...{ client, callers, caches: cachesOf(informers), missing, ledger, changes, log, clock },
      metrics,
      tracer,
      limits: config.limits,
      proxies: config.proxies,
      stopping: stopping.signal,
    },
    version,
  );
  metrics.track(app.routes);
  const { tls } = config;
  const api = new ApiServer({
    ...{ app, stopping, log, clock },
    host: config.bindAddress,
    port: config.port,
    graceMs: config.graceMs,
    isProxy: (address) => config.proxies.includes(address),
    limits: {
      perAddress: config.connectionsPerAddress,
      idleMs: Math.max(120_000, config.limits.timeoutMs * 2),
    },
    tls:
      tls &&
      (async () => {
        const [cert, key] = await Promise.all([
          readFile(tls.certificate, "utf8"),
          readFile(tls.key, "utf8"),
        ]);
        return { cert, key };
      }),
  });
  const health = new HealthServer({
    host: config.bindAddress,
    port: config.healthPort,
    log,
    healthy: () => wedged(all, ledger),
    ready: () => [...missing(), ...(stopping.signal.aborted ? ["stopping"] : [])],
    limited: () => ledger.limits(),
    metrics: registry,
  });
  const manager: Manager = new Manager({
    servers: [health, ledger, api],
    informers: all,
    loops: [{ run: ({ stop: until }) => aborted(until) }],
    log,
    clock,
    onLeading: (isUp) => {
      if (isUp) changes.open();
    },
  });
  await manager.run(stopSignal());
  await tracer.close();
  await callers.close();
  await issuer?.close();
  await connection.close();
  log.info({}, "stopped");
}

await runProgram("forge-server", async (args) => {
  if (args[0] === "refill-ledger") {
    const { refillLedger } = await import("./refill/refill-ledger.ts");
    return refillLedger(args.slice(1), process.env, (line) => process.stdout.write(`${line}\n`));
  }
  const config = readConfig(args, process.env);
  keepHeapSmall();
  if (config === "help") process.stdout.write(helpText());
  else await run(config);
});
