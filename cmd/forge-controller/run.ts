// forge-controller: reads its settings, makes the parts, and runs them until it is told to stop.
import { collectDefaultMetrics, Registry } from "prom-client";
import {
  AttemptJournal,
  ControllerMetrics,
  EventRecorder,
  Fence,
  HealthServer,
  LeaderElection,
  Manager,
} from "../../controller/index.ts";
import { Connection, KubeClient, systemClock } from "../../controller/kube/index.ts";
import { createGitOpsWriter } from "../../src/gitops/index.ts";
import { manifestDigestsIn, releaseImagesIn } from "../../src/oci/index.ts";
import {
  cachesOf,
  createAgents,
  createDeliveryLoop,
  createInformers,
  createLoops,
  createPolicyInformers,
  ownUserBy,
  type ReconcilerDeps,
  watchPolicies,
} from "../../src/reconcilers/index.ts";
import { CueWorkers, createCueRenderer, yamlRenderer } from "../../src/render/index.ts";
import {
  createLogger,
  DeploymentMetrics,
  openTracer,
  ReleaseMetrics,
} from "../../src/telemetry/index.ts";
import { loadKubeConfig } from "../kube-config.ts";
import { networkOf } from "../network.ts";
import { runProgram, stopSignal } from "../program.ts";
import { keepHeapSmall } from "../small-heap.ts";
import { version } from "../version.ts";
import { type Config, helpText, readConfig } from "./config.ts";
import { cueProgram } from "./cue-program.ts";
import { loadExtensions } from "./extensions.ts";
import { FencedRegistry, openFencedRemote } from "./fenced.ts";
import { installCrds } from "./install-crds.ts";
import { registryOptions } from "./registry-options.ts";

/** Longer than any reconcile may take: a queue that waits so long has no worker left. */
const stuckMs = 15 * 60_000;

const userAgent = `forge-controller/${version}`;

/** Each shard has a leader of its own. */
function leaseName(shard: string | undefined): string {
  return shard === undefined ? "forge-controller" : `forge-controller-${shard}`;
}

async function run(config: Config): Promise<void> {
  const log = createLogger(config.logLevel, { program: "forge-controller" });
  const clock = systemClock;
  const random = Math.random;
  const connection = new Connection(loadKubeConfig(config.kubeconfig), { userAgent });
  const fence = new Fence(clock);
  // Without an election nobody else writes, and nothing ever shuts the fence.
  if (config.leaderElection === undefined) fence.openUntil(Number.POSITIVE_INFINITY);
  const beforeWrite = () => fence.check();
  const client = new KubeClient(connection, { clock, random, beforeWrite });
  const unfenced = new KubeClient(connection, { clock, random });
  const metricsRegistry = new Registry();
  collectDefaultMetrics({ register: metricsRegistry });
  const controllerMetrics = new ControllerMetrics(metricsRegistry);
  const network = networkOf(config, [config.registry, ...(config.allowedPrefixes ?? [])], {
    log,
    apiServer: connection.server,
  });
  const registry = new FencedRegistry({ ...registryOptions(config), network, log }, fence);
  const extensions = await loadExtensions(config.extensions);
  const cue = new CueWorkers(cueProgram(config.cueModule));
  const metrics = new ReleaseMetrics(metricsRegistry);
  const tracer = await openTracer({
    endpoint: config.otlpEndpoint,
    ...{ service: "forge-controller", version, log },
  });
  const writer = createGitOpsWriter({
    log,
    openRemote: openFencedRemote(fence),
    onPush: (result, commits) => metrics.pushed(result, commits),
  });
  const informerDeps = {
    client,
    log,
    clock,
    random,
    ...(config.namespace !== undefined && { namespace: config.namespace }),
  };
  const informers = createInformers(informerDeps);
  const policyInformers = createPolicyInformers(informerDeps);
  const agents = createAgents(informerDeps, cachesOf(informers), config.agentNamespaces);
  const events = new EventRecorder({
    client: unfenced,
    log,
    clock,
    controller: "forge-controller",
    instance: config.leaderElection?.identity ?? `forge-controller-${process.pid}`,
  });
  const path = config.attemptJournal;
  const journal = path === undefined ? undefined : new AttemptJournal({ path, log, clock, random });
  const deps: ReconcilerDeps = {
    client,
    network,
    caches: cachesOf(informers),
    images: releaseImagesIn(registry),
    digests: manifestDigestsIn(registry),
    renderers: [createCueRenderer(cue), yamlRenderer],
    extensions,
    writer,
    events,
    metrics,
    deploymentMetrics: new DeploymentMetrics(metricsRegistry),
    tracer,
    journal,
    log,
    clock,
    random,
    settings: {
      registry: config.registry,
      allowedPrefixes: config.allowedPrefixes,
      insecureGitHosts: config.insecureGitHosts,
      shard: config.shard,
      requirePolicies: config.requirePolicies,
    },
    ownUser: ownUserBy(unfenced),
    policies: watchPolicies(policyInformers),
  };
  const loops = [
    ...createLoops(deps, informers, policyInformers, controllerMetrics),
    createDeliveryLoop(deps, informers, agents, controllerMetrics),
  ];
  const allInformers = [
    ...Object.values(informers),
    ...policyInformers,
    ...agents.flatMap(({ watched }) => watched.map(({ informer }) => informer)),
  ];
  for (const informer of allInformers) controllerMetrics.trackInformer(informer);
  const health = new HealthServer({
    host: config.bindAddress,
    port: config.port,
    log,
    healthy: () =>
      loops
        .filter(({ queue }) => queue.oldestMs > stuckMs)
        .map(({ name, queue }) => `${name}: the first key waits for ${queue.oldestMs} ms`),
    ready: () => manager.notReady(),
    metrics: metricsRegistry,
  });
  const manager = new Manager({
    servers: [health],
    informers: allInformers,
    loops,
    log,
    clock,
    onLeading: (leads) => controllerMetrics.setLeader(leads),
    ...(config.leaderElection && {
      election: new LeaderElection({
        ...config.leaderElection,
        client: unfenced,
        lease: { namespace: config.leaderElection.namespace, name: leaseName(config.shard) },
        fence,
        log,
        clock,
        random,
      }),
    }),
  });
  // A controller that lost its lease ends at once, since its pending work must not go on: only an
  // orderly stop flushes and closes.
  await manager.run(stopSignal());
  journal?.close();
  await events.flush();
  await writer.close();
  await tracer.close();
  await cue.close();
  await registry[Symbol.asyncDispose]();
  await connection.close();
  log.info({}, "stopped");
}

await runProgram("forge-controller", async (args) => {
  if (args[0] === "install-crds") {
    return installCrds(args.slice(1), process.env, (line) => process.stdout.write(`${line}\n`));
  }
  const config = readConfig(args, process.env);
  keepHeapSmall();
  if (config === "help") process.stdout.write(helpText());
  else await run(config);
});
