import { Counter, Gauge, Histogram, type Registry } from "prom-client";
import type { Informer, KubeObject } from "./kube/index.ts";
import type { Loop, OutcomeLabel } from "./loop.ts";

const outcomes: readonly OutcomeLabel[] = ["done", "requeue", "wait", "stall", "error"];

const informerCounters = {
  lists: "Full lists of the collection.",
  watches: "Watches opened.",
  reconnects: "Watches opened because the one before had failed.",
  missed: "Changes that a watch did not tell of and only a later list showed.",
  outdated: "Events that told of the past, and were not taken.",
} as const;

/** The runtime's metrics. Queues and informers are read when Prometheus asks. */
export class ControllerMetrics {
  readonly #reconciles: Counter<"controller" | "outcome">;
  readonly #durations: Histogram<"controller">;
  readonly #leader: Gauge;
  readonly #loops = new Map<string, Pick<Loop, "queue">>();
  readonly #informers = new Map<string, Pick<Informer<KubeObject>, "stats" | "cache" | "synced">>();

  constructor(registry: Registry) {
    const registers = [registry];
    this.#reconciles = new Counter({
      name: "forge_reconcile_total",
      help: "Reconciles, by how they ended.",
      labelNames: ["controller", "outcome"],
      registers,
    });
    this.#durations = new Histogram({
      name: "forge_reconcile_duration_seconds",
      help: "How long a reconcile took.",
      labelNames: ["controller"],
      buckets: [0.005, 0.02, 0.1, 0.5, 1, 5, 20, 60, 300],
      registers,
    });
    this.#leader = new Gauge({
      name: "forge_leader",
      help: "1 while this process leads, else 0.",
      registers,
    });
    this.#queueGauge(
      registry,
      "forge_workqueue_depth",
      "Keys due and not yet worked on.",
      (loop) => loop.queue.depth,
    );
    this.#queueGauge(
      registry,
      "forge_workqueue_oldest_seconds",
      "How long the first of those has been due.",
      (loop) => loop.queue.oldestMs / 1_000,
    );
    this.#informerMetrics(registry);
  }

  /** Begins to count a controller; hand the answer to its Loop as `observe`. */
  observer(controller: string): (outcome: OutcomeLabel, seconds: number) => void {
    for (const outcome of outcomes) this.#reconciles.inc({ controller, outcome }, 0);
    this.#durations.zero({ controller });
    return (outcome, seconds) => {
      this.#reconciles.inc({ controller, outcome });
      this.#durations.observe({ controller }, seconds);
    };
  }

  trackQueue(loop: Pick<Loop, "name" | "queue">): void {
    this.#loops.set(loop.name, loop);
  }

  trackInformer(
    informer: Pick<Informer<KubeObject>, "resource" | "stats" | "cache" | "synced">,
  ): void {
    this.#informers.set(informer.resource.plural, informer);
  }

  setLeader(leads: boolean): void {
    this.#leader.set(leads ? 1 : 0);
  }

  #queueGauge(
    registry: Registry,
    name: string,
    help: string,
    read: (loop: Pick<Loop, "queue">) => number,
  ): void {
    const loops = this.#loops;
    const gauge = new Gauge({
      name,
      help,
      labelNames: ["controller"],
      registers: [],
      collect() {
        for (const [controller, loop] of loops) this.set({ controller }, read(loop));
      },
    });
    registry.registerMetric(gauge);
  }

  #informerMetrics(registry: Registry): void {
    const informers = this.#informers;
    const shared = { labelNames: ["resource"] as const, registers: [] };
    for (const [counter, help] of Object.entries(informerCounters)) {
      const field = counter as keyof typeof informerCounters;
      const metric = new Counter({
        ...shared,
        name: `forge_informer_${counter}_total`,
        help,
        collect() {
          this.reset();
          for (const [resource, { stats }] of informers) this.inc({ resource }, stats[field]);
        },
      });
      registry.registerMetric(metric);
    }
    const objects = new Gauge({
      ...shared,
      name: "forge_informer_objects",
      help: "Objects in the cache.",
      collect() {
        for (const [resource, { cache }] of informers) this.set({ resource }, cache.size);
      },
    });
    const synced = new Gauge({
      ...shared,
      name: "forge_informer_synced",
      help: "1 once the first list was complete.",
      collect() {
        for (const [resource, { synced }] of informers) this.set({ resource }, synced ? 1 : 0);
      },
    });
    registry.registerMetric(objects);
    registry.registerMetric(synced);
  }
}
