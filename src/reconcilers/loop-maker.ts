import {
  type ControllerMetrics,
  Loop,
  type Reconciler,
  WorkQueue,
} from "../../controller/index.ts";
import type { Key } from "../../controller/kube/index.ts";
import type { ReconcilerDeps } from "./ports.ts";

/** Long enough to spare a server that is down, short enough that nobody waits for us when it is up. */
const backoff = { baseMs: 250, capMs: 30_000 };

/**
 * A quarter of the workers is left to other namespaces: servers of one tenant that answer nothing
 * hold a worker for minutes.
 */
export function shareOfNamespace(workers: number): number {
  return Math.max(1, workers - Math.ceil(workers / 4));
}

export type LoopMaker = (
  name: string,
  workers: number,
  reconciler: Reconciler,
  about?: (key: Key) => object,
) => Loop;

/** Makes loops with a queue each, watched by the metrics. */
export function loopMaker(
  { clock, random, log, journal }: Pick<ReconcilerDeps, "clock" | "random" | "log" | "journal">,
  metrics: ControllerMetrics,
): LoopMaker {
  return (name, workers, reconciler, about = () => ({})) => {
    const perNamespace = shareOfNamespace(workers);
    const queue = new WorkQueue({ clock, random, backoff, perNamespace });
    const observe = metrics.observer(name);
    const shared = { log, clock, random, journal };
    const loop = new Loop({ name, workers, reconciler, queue, about, observe, ...shared });
    metrics.trackQueue(loop);
    return loop;
  };
}
