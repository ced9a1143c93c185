import { isDeepStrictEqual } from "node:util";
import { type ControllerMetrics, enqueueChanges, type Loop } from "../../controller/index.ts";
import { Informer, keyOf } from "../../controller/kube/index.ts";
import {
  type Application,
  applicationResource,
  keysOfApplication,
  trimApplication,
} from "../argocd/index.ts";
import { createDeliveryReconciler } from "./delivery.ts";
import { type InformerDeps, type Informers, resyncMs } from "./informers.ts";
import { loopMaker } from "./loop-maker.ts";
import type { ReconcilerDeps } from "./ports.ts";

/** One informer for each namespace in which Argo CD keeps Applications. */
export function createApplicationInformers(
  deps: InformerDeps,
  namespaces: readonly string[],
): Informer<Application>[] {
  return namespaces.map(
    (namespace) =>
      new Informer<Application>({
        ...deps,
        namespace,
        resource: applicationResource,
        indexes: { pointer: keysOfApplication },
        trim: trimApplication,
        resyncMs,
      }),
  );
}

/** Looks at pointers when they were pushed, and when one of their Applications says something new. */
export function createDeliveryLoop(
  deps: ReconcilerDeps,
  informers: Pick<Informers, "pointers">,
  applications: readonly Informer<Application>[],
  metrics: ControllerMetrics,
): Loop {
  const reconciler = createDeliveryReconciler(
    deps,
    applications.map(({ cache }) => cache),
  );
  const loop = loopMaker(deps, metrics)("delivery", 4, reconciler);
  enqueueChanges(informers.pointers, loop.queue, undefined, {
    matters: ({ status }, old) => !isDeepStrictEqual(status?.git, old.status?.git),
  });
  for (const informer of applications) {
    enqueueChanges(
      informer,
      loop.queue,
      (application) =>
        keysOfApplication(application).flatMap((value) =>
          deps.caches.pointers.byIndex("delivery", value).map(keyOf),
        ),
      { matters: (application, old) => !isDeepStrictEqual(application.status, old.status) },
    );
  }
  return loop;
}
