/**
 * Argo CD as an agent: its Applications in some namespaces.
 *
 * After a push a pointer's Applications are asked to look at Git at once: Argo CD would find the
 * commit by itself some minutes later. One that failed by what passes (a registry that was away)
 * is asked again to forget that, since Argo CD keeps errors and soon stops asking.
 */
import { isDeepStrictEqual } from "node:util";
import { Informer, keyOf, keyText } from "../../controller/kube/index.ts";
import type { Agent, AgentDeps, AwaitedDeployment, Watched } from "../delivery/index.ts";
import { absentRetryMs, mayReportOn } from "../delivery/index.ts";
import {
  type Application,
  applicationResource,
  keysOfApplication,
  refreshAnnotation,
  trimApplication,
} from "./application.ts";
import {
  type ApplicationState,
  failedInPassing,
  reportOf,
  revisionsOf,
} from "./application-report.ts";

const fieldManager = "forge-delivery";
/** Between two requests to forget an error: the plugin itself was patient for most of a minute. */
const forgetAfterMs = 60_000;

export function createArgoCD(deps: AgentDeps, namespaces: readonly string[]): Agent {
  const informers = namespaces.map(
    (namespace) =>
      new Informer<Application>({
        ...deps,
        namespace,
        resource: applicationResource,
        indexes: { pointer: keysOfApplication },
        trim: trimApplication,
        absentRetryMs,
      }),
  );
  const refresher = new Refresher(deps);
  return {
    watched: informers.map(
      (informer): Watched => ({
        informer,
        keysOf: keysOfApplication,
        matters: (application: Application, old: Application) =>
          !isDeepStrictEqual(application.status, old.status),
      }),
    ),
    look: async (awaited, signal) => {
      const found = new Map<string, Application>();
      for (const { cache } of informers) {
        for (const application of awaited.keys.flatMap((key) => cache.byIndex("pointer", key))) {
          if (!mayReportOn(application, awaited.pointer, deps.isTenant)) continue;
          found.set(keyText(keyOf(application)), application);
        }
      }
      const states = await Promise.all(
        [...found.values()].map(async (application) => ({
          application,
          carries: await carries(awaited, application, signal),
        })),
      );
      return {
        reports: states.map((state) => reportOf(awaited.deployment, state)),
        wake: async (wakeSignal) => {
          const waits: number[] = [];
          for (const state of states) {
            waits.push(...(await refresher.refresh(state, awaited.deployment, wakeSignal)));
          }
          return waits.length === 0 ? undefined : Math.min(...waits);
        },
      };
    },
  };
}

/** By the commit or the image's digest, else by what the pointer file says at its commit. */
async function carries(
  awaited: AwaitedDeployment,
  application: Application,
  signal: AbortSignal,
): Promise<boolean> {
  const revisions = revisionsOf(application);
  if (revisions.some((one) => one === awaited.commit || one === awaited.digest)) return true;
  const commit = revisions.find((one) => /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(one));
  if (commit === undefined) return false;
  return (await awaited.carriedAt(commit, signal)) === awaited.deployment;
}

/** Asks Applications to look, each once for a deployment. */
class Refresher {
  readonly #deps: AgentDeps;
  /** By Application: the deployment for which it was asked to look. */
  readonly #asked = new Map<string, string>();
  readonly #askedToForget = new Map<string, number>();

  constructor(deps: AgentDeps) {
    this.#deps = deps;
  }

  /** In how many milliseconds to come again, if at all. */
  async refresh(
    { application, carries }: ApplicationState,
    deployment: string,
    signal: AbortSignal,
  ): Promise<number[]> {
    const key = keyText(keyOf(application));
    if (failedInPassing(application)) {
      const now = this.#deps.clock.now();
      const waitMs = (this.#askedToForget.get(key) ?? 0) + forgetAfterMs - now;
      if (waitMs > 0) return [waitMs];
      this.#askedToForget.set(key, now);
      await this.#ask(application, "hard", signal);
      return [forgetAfterMs];
    }
    this.#askedToForget.delete(key);
    if (!carries && this.#asked.get(key) !== deployment) {
      this.#asked.set(key, deployment);
      await this.#ask(application, "normal", signal);
    }
    return [];
  }

  async #ask(application: Application, how: string, signal: AbortSignal): Promise<void> {
    const { name, namespace, uid } = application.metadata;
    const body = {
      apiVersion: "argoproj.io/v1alpha1",
      kind: "Application",
      // With its uid, so that one that is gone is not made anew.
      metadata: { name, namespace, uid, annotations: { [refreshAnnotation]: how } },
    };
    await this.#deps.client.apply(applicationResource, body, { fieldManager, force: true, signal });
  }
}
