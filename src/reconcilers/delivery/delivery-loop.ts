import { isDeepStrictEqual } from "node:util";
import { type ControllerMetrics, enqueueChanges, type Loop } from "../../../controller/index.ts";
import { keyOf } from "../../../controller/kube/index.ts";
import type { Agent } from "../../delivery/index.ts";
import { concernsIn } from "../concerns.ts";
import type { Informers } from "../informers.ts";
import { loopMaker } from "../loop-maker.ts";
import type { ReconcilerDeps } from "../ports.ts";
import { createDeliveryReconciler } from "./delivery.ts";

/**
 * Looks at pointers when they were pushed, and when an agent says something new of one of them.
 * Without agents it removes the last report, so that no decision rests on it.
 */
export function createDeliveryLoop(
  deps: ReconcilerDeps,
  informers: Pick<Informers, "pointers" | "deployments">,
  agents: readonly Agent[],
  metrics: ControllerMetrics,
): Loop {
  const loop = loopMaker(deps, metrics)("delivery", 4, createDeliveryReconciler(deps, agents));
  enqueueChanges(informers.pointers, loop.queue, undefined, {
    matters: ({ status }, old) => !isDeepStrictEqual(status?.git, old.status?.git),
  });
  // A record that was written after its deployment was reported on gets the health then.
  enqueueChanges(informers.deployments, loop.queue, concernsIn(deps).historyOfDeployment, {
    matters: ({ status }, old) => status?.countsFrom !== old.status?.countsFrom,
  });
  for (const { informer, keysOf, matters } of agents.flatMap(({ watched }) => watched)) {
    const pointersOf = (value: string) => deps.caches.pointers.byIndex("delivery", value);
    enqueueChanges(
      informer,
      loop.queue,
      (object) => keysOf(object).flatMap(pointersOf).map(keyOf),
      { matters },
    );
  }
  return loop;
}
