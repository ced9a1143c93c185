/**
 * What Argo CD makes of a pointer's deployment, told in the pointer's status.
 *
 * After a push the pointer's Applications are asked to look at Git at once: Argo CD would find the
 * commit by itself some minutes later. One that failed by what passes (a registry that was away)
 * is asked again to forget that, since Argo CD keeps errors and soon stops asking.
 */
import type { Outcome, Reconciler } from "../../controller/index.ts";
import { type CacheReader, keyOf, keyText } from "../../controller/kube/index.ts";
import { type ReleasePointer, releasePointerKind } from "../api/index.ts";
import {
  type Application,
  type ApplicationState,
  applicationResource,
  deliveryOf,
  failedInPassing,
  refreshAnnotation,
  revisionsOf,
} from "../argocd/index.ts";
import { CarriedDeployments } from "./carried-deployment.ts";
import { withHealthySince } from "./healthy-since.ts";
import type { ReconcilerDeps } from "./ports.ts";
import { deliveryKeysOf } from "./resources.ts";
import { isOurs, projectOf } from "./sharding.ts";
import { writeStatus } from "./status.ts";

const fieldManager = "forge-delivery";
/** Between two requests to forget an error: the plugin itself was patient for most of a minute. */
const forgetAfterMs = 60_000;

export type ApplicationCaches = readonly Pick<CacheReader<Application>, "byIndex">[];

export function createDeliveryReconciler(
  deps: ReconcilerDeps,
  applications: ApplicationCaches,
): Reconciler {
  const carried = new CarriedDeployments(deps);
  /** By Application: the deployment for which it was asked to look. */
  const asked = new Map<string, string>();
  const askedToForget = new Map<string, number>();

  async function ask(application: Application, how: string, signal: AbortSignal): Promise<void> {
    const { name, namespace, uid } = application.metadata;
    const body = {
      apiVersion: "argoproj.io/v1alpha1",
      kind: "Application",
      // With its uid, so that one that is gone is not made anew.
      metadata: { name, namespace, uid, annotations: { [refreshAnnotation]: how } },
    };
    await deps.client.apply(applicationResource, body, { fieldManager, force: true, signal });
  }

  async function wake(
    { application, carries }: ApplicationState,
    deployment: string,
    signal: AbortSignal,
  ): Promise<Outcome> {
    const key = keyText(keyOf(application));
    if (failedInPassing(application)) {
      const now = deps.clock.now();
      const waitMs = (askedToForget.get(key) ?? 0) + forgetAfterMs - now;
      if (waitMs > 0) return { type: "requeue", afterMs: waitMs, why: "Argo CD keeps an error" };
      askedToForget.set(key, now);
      await ask(application, "hard", signal);
      return { type: "requeue", afterMs: forgetAfterMs, why: "Argo CD keeps an error" };
    }
    askedToForget.delete(key);
    if (!carries && asked.get(key) !== deployment) {
      asked.set(key, deployment);
      await ask(application, "normal", signal);
    }
    return { type: "done" };
  }

  return {
    reconcile: async (key, { signal }) => {
      const pointer = deps.caches.pointers.get(key);
      const git = pointer?.status?.git;
      if (pointer === undefined || pointer.metadata.deletionTimestamp) return { type: "done" };
      if (git === undefined || !isOurs(deps, projectOf(deps, pointer))) return { type: "done" };
      const found = applicationsOf(pointer, applications);
      const states = await Promise.all(
        found.map(async (application) => ({
          application,
          carries: await carries(pointer, application, carried, signal),
        })),
      );
      const now = new Date(deps.clock.now());
      const told = deliveryOf(git.deployment, states);
      const delivery = told && withHealthySince(told, pointer.status?.delivery, now);
      const fields = { delivery };
      await writeStatus(deps, releasePointerKind, pointer, fieldManager, fields, signal);
      const outcomes = [];
      for (const state of states) outcomes.push(await wake(state, git.deployment, signal));
      return outcomes.find(({ type }) => type === "requeue") ?? { type: "done" };
    },
  };
}

function applicationsOf(pointer: ReleasePointer, caches: ApplicationCaches): Application[] {
  const found = new Map<string, Application>();
  for (const cache of caches) {
    for (const value of deliveryKeysOf(pointer)) {
      for (const application of cache.byIndex("pointer", value)) {
        found.set(keyText(keyOf(application)), application);
      }
    }
  }
  return [...found.values()];
}

/** By the commit or the image's digest, else by what the pointer file says at its commit. */
async function carries(
  pointer: ReleasePointer,
  application: Application,
  carried: CarriedDeployments,
  signal: AbortSignal,
): Promise<boolean> {
  const { git, deployed } = pointer.status ?? {};
  const revisions = revisionsOf(application);
  if (git === undefined) return false;
  if (revisions.some((one) => one === git.commit || one === deployed?.digest)) return true;
  const commit = revisions.find((one) => /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(one));
  if (commit === undefined) return false;
  return (await carried.at(pointer, commit, signal)) === git.deployment;
}
