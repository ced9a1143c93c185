import { isDeepStrictEqual } from "node:util";
import { type ControllerMetrics, enqueueChanges, Loop, WorkQueue } from "../../controller/index.ts";
import { Informer, keyOf } from "../../controller/kube/index.ts";
import {
  type Application,
  applicationResource,
  keysOfApplication,
  trimApplication,
} from "../argocd/index.ts";
import { createDeliveryReconciler } from "./delivery.ts";
import type { InformerDeps, Informers } from "./informers.ts";
import type { ReconcilerDeps } from "./ports.ts";

const backoff = { baseMs: 250, capMs: 30_000 };
/** How often everything is looked at again, to be sure. */
const resyncMs = 10 * 60_000;

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
  const { clock, random, log } = deps;
  const name = "delivery";
  const queue = new WorkQueue({ clock, random, backoff });
  const reconciler = createDeliveryReconciler(
    deps,
    applications.map(({ cache }) => cache),
  );
  const observe = metrics.observer(name);
  const loop = new Loop({ name, workers: 4, reconciler, queue, log, clock, random, observe });
  metrics.trackQueue(loop);
  enqueueChanges(informers.pointers, queue, undefined, {
    matters: ({ status }, old) => !isDeepStrictEqual(status?.git, old.status?.git),
  });
  for (const informer of applications) {
    enqueueChanges(
      informer,
      queue,
      (application) =>
        keysOfApplication(application).flatMap((value) =>
          deps.caches.pointers.byIndex("delivery", value).map(keyOf),
        ),
      { matters: (application, old) => !isDeepStrictEqual(application.status, old.status) },
    );
  }
  return loop;
}
