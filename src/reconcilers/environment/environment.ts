import type { Reconciler } from "../../../controller/index.ts";
import { type Environment, environmentKind } from "../../api/index.ts";
import { pointerFolder } from "../../gitops/index.ts";
import { unreadableRule } from "../../policy/index.ts";
import type { ReconcilerDeps } from "../ports.ts";
import {
  conditionsOf,
  type Report,
  recordTransition,
  reportOf,
  stalled,
  writeStatus,
} from "../status.ts";

const fieldManager = "forge-controller";

/**
 * Says of an Environment whether its rules can be read, pointers written by its settings, and
 * whether the admission policies guard who deploys and approves.
 */
export function createEnvironmentReconciler(deps: ReconcilerDeps): Reconciler {
  return {
    reconcile: async (key, { signal }) => {
      // Of no project, and so of no shard but the default one.
      if (deps.settings.shard !== undefined) return { type: "done" };
      const environment = deps.caches.environments.get(key);
      if (environment === undefined || environment.metadata.deletionTimestamp) {
        return { type: "done" };
      }
      const found = look(environment);
      const fields = {
        observedGeneration: environment.metadata.generation,
        conditions: conditionsOf(
          environment,
          { ...found, conditions: [deps.policies()] },
          new Date(deps.clock.now()),
        ),
      };
      await writeStatus(deps, environmentKind, environment, fieldManager, fields, signal);
      recordTransition(deps, environment, found, "Check");
      return found.outcome;
    },
  };
}

function look({ metadata, spec }: Environment): Report {
  const unreadable = unreadableRule(spec.promotionPolicy);
  if (unreadable !== undefined) return stalled(unreadable.reason, unreadable.message);
  const example = { environment: metadata.name, repository: "company/monorepo", project: "app" };
  try {
    const path = pointerFolder(example, spec.gitOps.path).join("/");
    const message = `Pointers are committed to ${spec.gitOps.branch}, at paths such as ${path}/release.yaml.`;
    return { readiness: "ready", reason: "Valid", message, outcome: { type: "done" } };
  } catch (error) {
    const failure = reportOf(error);
    if (failure === undefined) throw error;
    return failure;
  }
}
