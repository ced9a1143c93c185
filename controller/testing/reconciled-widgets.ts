import { setTimeout as sleep } from "node:timers/promises";
import { isDeepStrictEqual } from "node:util";
import type { KubeConfig } from "@kubernetes/client-node";
import { vi } from "vitest";
import {
  Connection,
  Informer,
  type Key,
  KubeClient,
  type KubeObject,
  type Resource,
} from "../kube/index.ts";
import { kubeConfigFor } from "../kube/testing/connect.ts";
import {
  ApiServerDouble,
  type LoggedLine,
  ManualClock,
  recordingLogger,
  type TlsIdentity,
} from "../kube/testing/index.ts";
import { Loop } from "../loop.ts";
import type { Outcome } from "../reconciler.ts";
import { enqueueChanges } from "../source.ts";
import { WorkQueue } from "../work-queue.ts";

interface Widget extends KubeObject {
  readonly size: number;
  /** The size that has been delivered. */
  readonly delivered?: number;
}

const widgets: Resource = {
  group: "example.dev",
  version: "v1",
  plural: "widgets",
  kind: "Widget",
  namespaced: true,
};
const namespace = "default";
const average = () => 0.5;

/**
 * A whole controller, small: an informer, a queue, a loop, and a reconciler that delivers every
 * size of a widget. It claims a delivery by a write over the version that it read, then delivers;
 * so a delivery that happens twice, or never, is the runtime's doing.
 */
export class ReconciledWidgets {
  readonly server: ApiServerDouble;
  readonly clock = new ManualClock();
  readonly lines: LoggedLine[] = [];
  /** `name:size`, in order. */
  readonly deliveries: string[] = [];
  /** Reconciles by name. */
  readonly looks = new Map<string, number>();
  #informer: Informer<Widget> | undefined;
  #connection: Connection | undefined;
  readonly #stop = new AbortController();
  #running: Promise<unknown> = Promise.resolve();

  constructor(tls?: TlsIdentity) {
    this.server = new ApiServerDouble(tls);
  }

  get informer(): Informer<Widget> {
    if (this.#informer === undefined) throw new Error("not started");
    return this.#informer;
  }

  start(options: { url?: string; config?: KubeConfig; livenessMs?: number } = {}): void {
    const { clock } = this;
    const log = recordingLogger(this.lines);
    const config = options.config ?? kubeConfigFor(options.url ?? this.server.url);
    this.#connection = new Connection(config, { userAgent: "forge-test", clock });
    const client = new KubeClient(this.#connection, { clock, random: average });
    const { livenessMs = 90_000 } = options;
    const shared = { client, clock, log, random: average };
    this.#informer = new Informer<Widget>({ ...shared, resource: widgets, livenessMs });
    const queue = new WorkQueue({ clock, random: average });
    enqueueChanges(this.#informer, queue);
    const reconciler = { reconcile: (key: Key) => this.#reconcile(client, key) };
    const loop = new Loop({ ...shared, name: "widget", reconciler, queue, workers: 4 });
    const { signal } = this.#stop;
    this.#running = Promise.all([
      this.#informer.run(signal),
      loop.run({ stop: signal, abort: signal }),
    ]);
  }

  put(name: string, size: number): void {
    const known = this.server.store.get("widgets", namespace, name);
    const metadata = { name, namespace };
    const delivered = known?.["delivered"];
    const object = { apiVersion: "example.dev/v1", kind: "Widget", metadata, size, delivered };
    this.server.store.put("widgets", object);
  }

  remove(name: string): void {
    this.server.store.remove("widgets", namespace, name);
  }

  async #reconcile(client: KubeClient, { name }: Key): Promise<Outcome> {
    this.looks.set(name, (this.looks.get(name) ?? 0) + 1);
    const widget = this.informer.cache.get({ namespace, name });
    if (widget === undefined || widget.delivered === widget.size) return { type: "done" };
    await client.replace<Widget>(widgets, { ...widget, delivered: widget.size });
    this.deliveries.push(`${name}:${widget.size}`);
    return { type: "done" };
  }

  /** Lets manual time pass in small steps; between them what is under way on the wire arrives. */
  async pass(durationMs: number, stepMs = 500): Promise<void> {
    for (let passed = 0; passed < durationMs; passed += stepMs) {
      this.clock.advance(stepMs);
      await this.#settle();
    }
  }

  async #settle(): Promise<void> {
    let before = "";
    const now = () => `${this.server.requests.length} ${this.clock.pending} ${this.lines.length}`;
    while (before !== now()) {
      before = now();
      await sleep(1);
    }
  }

  /** Lets time pass until the cache is the store, and everything in it was delivered. */
  async converge(): Promise<void> {
    await vi.waitFor(
      async () => {
        await this.pass(1_000);
        const stored = this.server.store.list("widgets", namespace);
        const cached = this.informer.cache.list();
        if (!isDeepStrictEqual(versions(cached), versions(stored))) throw new Error("stale cache");
        const owed = stored.filter(({ size, delivered }) => size !== delivered);
        if (owed.length > 0) throw new Error(`${owed.length} widgets not delivered`);
      },
      { timeout: 20_000, interval: 5 },
    );
  }

  async end(): Promise<void> {
    this.#stop.abort(new Error("the test is over"));
    this.server.resetAll();
    await this.#running;
    await this.server.stop();
    await this.#connection?.close();
  }
}

function versions(objects: readonly Pick<KubeObject, "metadata">[]): string[] {
  return objects.map(({ metadata }) => `${metadata.name}@${metadata.resourceVersion}`).toSorted();
}
