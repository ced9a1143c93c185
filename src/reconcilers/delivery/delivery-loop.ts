import { isDeepStrictEqual } from "node:util";
import { type ControllerMetrics, enqueueChanges, type Loop } from "../../../controller/index.ts";
import { keyOf } from "../../../controller/kube/index.ts";
import type { Agent } from "../../delivery/index.ts";
import type { Informers } from "../informers.ts";
import { loopMaker } from "../loop-maker.ts";
import type { ReconcilerDeps } from "../ports.ts";
import { createDeliveryReconciler } from "./delivery.ts";

/** Looks at pointers when they were pushed, and when an agent says something new of one of them. */
export function createDeliveryLoop(
  deps: ReconcilerDeps,
  informers: Pick<Informers, "pointers">,
  agents: readonly Agent[],
  metrics: ControllerMetrics,
): Loop {
  const loop = loopMaker(deps, metrics)("delivery", 4, createDeliveryReconciler(deps, agents));
  enqueueChanges(informers.pointers, loop.queue, undefined, {
    matters: ({ status }, old) => !isDeepStrictEqual(status?.git, old.status?.git),
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
