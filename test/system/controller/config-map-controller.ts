import { KubeConfig } from "@kubernetes/client-node";
import {
  enqueueChanges,
  Loop,
  type Outcome,
  type ReconcileContext,
  WorkQueue,
} from "../../../controller/index.ts";
import {
  Connection,
  Informer,
  type Key,
  KubeClient,
  type KubeObject,
  type Logger,
  type Resource,
  systemClock,
} from "../../../controller/kube/index.ts";

export interface ConfigMap extends KubeObject {
  readonly data?: Readonly<Record<string, string>>;
}

export const configMaps: Resource = {
  group: "",
  version: "v1",
  plural: "configmaps",
  kind: "ConfigMap",
  namespaced: true,
};

const quiet: Logger = {
  debug: () => undefined,
  info: () => undefined,
  warn: () => undefined,
  error: () => undefined,
  child: () => quiet,
};

export function clientOf(kubeconfig: string): { client: KubeClient; connection: Connection } {
  const config = new KubeConfig();
  config.loadFromFile(kubeconfig);
  const connection = new Connection(config, { userAgent: "forge-test" });
  return { client: new KubeClient(connection), connection };
}

/** The contents that were delivered, in order; the last is the one that stands. */
export function deliveriesOf({ metadata }: KubeObject): string[] {
  return metadata.annotations?.["deliveries"]?.split(",") ?? [];
}

/**
 * A whole controller on a real API server: it appends the content of every ConfigMap to a list that
 * the ConfigMap carries. A content twice in the list is a side effect that happened twice.
 */
export class ConfigMapController {
  readonly informer: Informer<ConfigMap>;
  /** The resource version that the last look at a name saw; undefined when it saw none. */
  readonly looks = new Map<string, string | undefined>();
  reconciles = 0;
  /** Told of each look, with the content that it saw. */
  onLook: (name: string, content: string | undefined) => void = () => undefined;
  readonly #client: KubeClient;
  readonly #connection: Connection;
  readonly #stop = new AbortController();
  readonly #namespace: string;
  #running: Promise<unknown> = Promise.resolve();

  constructor(kubeconfig: string, namespace: string, options: { livenessMs: number }) {
    this.#namespace = namespace;
    ({ client: this.#client, connection: this.#connection } = clientOf(kubeconfig));
    this.informer = new Informer<ConfigMap>({
      client: this.#client,
      resource: configMaps,
      namespace,
      log: quiet,
      ...options,
    });
  }

  async start(): Promise<void> {
    const shared = { clock: systemClock, random: Math.random };
    const queue = new WorkQueue({ ...shared, backoff: { baseMs: 100, capMs: 2_000 } });
    enqueueChanges(this.informer, queue);
    const reconciler = {
      reconcile: (key: Key, { signal }: ReconcileContext) => this.#reconcile(key, signal),
    };
    const loop = new Loop({
      ...shared,
      name: "deliver",
      reconciler,
      queue,
      log: quiet,
      workers: 8,
    });
    const { signal } = this.#stop;
    this.#running = Promise.all([
      this.informer.run(signal),
      loop.run({ stop: signal, abort: signal }),
    ]);
    await this.informer.waitForSync(AbortSignal.timeout(30_000));
  }

  /** What the cache holds, as `name@resourceVersion`. */
  cached(): string[] {
    return versionsOf(this.informer.cache.list());
  }

  /** What the server holds, read anew. */
  async listed(client: KubeClient): Promise<readonly ConfigMap[]> {
    const options = { namespace: this.#namespace, maximum: 10_000 };
    return (await client.listAll<ConfigMap>(configMaps, options)).items;
  }

  async #reconcile(key: Key, signal: AbortSignal): Promise<Outcome> {
    this.reconciles++;
    const found = this.informer.cache.get(key);
    const content = found?.data?.["content"];
    if (found !== undefined && content !== undefined && deliveriesOf(found).at(-1) !== content) {
      const deliveries = [...deliveriesOf(found), content].join(",");
      const annotations = { ...found.metadata.annotations, deliveries };
      const object = { ...found, metadata: { ...found.metadata, annotations } };
      await this.#client.replace<ConfigMap>(configMaps, object, { signal, timeoutMs: 5_000 });
    }
    this.looks.set(key.name, found?.metadata.resourceVersion);
    this.onLook(key.name, content);
    return { type: "done" };
  }

  async stop(): Promise<void> {
    this.#stop.abort(new Error("the test is over"));
    await this.#running;
    await this.#connection.close();
  }
}

export function versionsOf(objects: readonly KubeObject[]): string[] {
  return objects.map(({ metadata }) => `${metadata.name}@${metadata.resourceVersion}`).toSorted();
}
