import {
  type ControllerMetrics,
  enqueueChanges,
  isMoreThanStatus,
  type Loop,
} from "../../controller/index.ts";
import { keyOf } from "../../controller/kube/index.ts";
import { originOf, shippedPolicyNames } from "../api/index.ts";
import type { PolicyInformer } from "./admission/policy-informers.ts";
import { createPolicyWatchReconciler, policiesKey } from "./admission/policy-watch.ts";
import { createApprovalReconciler } from "./approval/approval.ts";
import {
  concernsIn,
  isOtherwiseHealthy,
  isOtherwiseJudged,
  isOtherwisePlaced,
  isOtherwiseRun,
  isOtherwiseRunning,
  wentBack,
} from "./concerns.ts";
import { createDeploymentHistoryReconciler } from "./deployment/deployment-history.ts";
import { EnvironmentLogs } from "./deployment/lost-history.ts";
import { createAutoDeployReconciler } from "./environment/auto-deploy.ts";
import { createEnvironmentReconciler } from "./environment/environment.ts";
import type { Informers } from "./informers.ts";
import { loopMaker } from "./loop-maker.ts";
import { GitComparison } from "./pointer/git-comparison.ts";
import { createGitWatchReconciler } from "./pointer/git-watch.ts";
import { waitsForPolicies } from "./pointer/pointer-report.ts";
import { createReleasePointerReconciler } from "./pointer/release-pointer.ts";
import type { ReconcilerDeps } from "./ports.ts";
import { createProjectReconciler } from "./project/project.ts";
import { createRegistryWatchReconciler } from "./release/registry-watch.ts";
import { createReleaseReconciler } from "./release/release.ts";
import { shardLabelOf } from "./sharding.ts";

/** One loop a kind, each with its queue fed by all that concerns the kind. */
export function createLoops(
  deps: ReconcilerDeps,
  informers: Informers,
  policyInformers: readonly PolicyInformer[],
  metrics: ControllerMetrics,
): Loop[] {
  const loop = loopMaker(deps, metrics);
  const projects = loop("project", 8, createProjectReconciler(deps));
  const { caches } = deps;
  const releases = loop("release", 8, createReleaseReconciler(deps), (key) => {
    const release = caches.releases.get(key);
    return { requestId: release && originOf(release)?.requestId };
  });
  const environments = loop("environment", 1, createEnvironmentReconciler(deps));
  // Many at once, since what waits for one branch is pushed together.
  const logs = new EnvironmentLogs(deps);
  const comparison = new GitComparison(deps, logs);
  const mover = createReleasePointerReconciler(deps, comparison);
  const pointers = loop("release-pointer", 64, mover, (key) => ({
    requestId: caches.pointers.get(key)?.spec.request?.id,
  }));
  const gitWatch = createGitWatchReconciler(deps, comparison, (key) => pointers.queue.add(key));
  // As many as are read at once come in one answer.
  const gitWatches = loop("git-watch", 32, gitWatch);

  const registryWatches = loop("registry-watch", 2, createRegistryWatchReconciler(deps));

  const histories = loop("deployment-history", 4, createDeploymentHistoryReconciler(deps, logs));
  const autoDeploys = loop("auto-deploy", 8, createAutoDeployReconciler(deps));
  const approvals = loop("approval", 4, createApprovalReconciler(deps));
  const policyWatch = createPolicyWatchReconciler(deps, () => {
    for (const one of caches.environments.list()) environments.queue.add(keyOf(one));
    const waiting = caches.pointers.list().filter(waitsForPolicies);
    for (const one of waiting) pointers.queue.add(keyOf(one));
  });
  const policies = loop("admission", 1, policyWatch);
  policies.queue.add(policiesKey);
  for (const informer of policyInformers) {
    enqueueChanges(informer, policies.queue, ({ metadata }) =>
      shippedPolicyNames.has(metadata.name) ? [policiesKey] : [],
    );
  }

  const concerns = concernsIn(deps);
  enqueueChanges(informers.projects, projects.queue, concerns.projectsOfProject, {
    matters: isMoreThanStatus,
  });
  enqueueChanges(informers.releases, projects.queue, concerns.projectOfRelease);
  // What comes later is looked at by the clock.
  enqueueChanges(informers.projects, registryWatches.queue, concerns.projectsOfProject, {
    matters: isMoreThanStatus,
  });
  enqueueChanges(informers.releases, releases.queue, concerns.releasesOfRelease, {
    matters: (release, old) => isMoreThanStatus(release, old) || isOtherwisePlaced(release, old),
  });
  enqueueChanges(informers.projects, releases.queue, concerns.releasesOfProject);
  enqueueChanges(informers.environments, environments.queue, undefined, {
    matters: isMoreThanStatus,
  });
  enqueueChanges(informers.pointers, pointers.queue, concerns.pointersOfPointer, {
    asked: ({ spec }) => spec.request?.automatic !== true,
    matters: isMoreThanStatus,
  });
  informers.projects.addHandler((type, project, old) => {
    // Another shard's until now, or from now on.
    const before = old === undefined ? undefined : shardLabelOf(old);
    if (type === "resync" || before === shardLabelOf(project)) return;
    for (const key of concerns.allReleasesOfProject(project)) releases.queue.add(key);
    for (const key of concerns.pointersOfProject(project)) pointers.queue.add(key);
  });
  enqueueChanges(informers.releases, pointers.queue, concerns.pointersOfRelease);
  enqueueChanges(informers.environments, pointers.queue, concerns.pointersOfEnvironment, {
    matters: isMoreThanStatus,
  });
  enqueueChanges(informers.approvals, pointers.queue, concerns.pointersOfApproval);
  enqueueChanges(informers.approvals, approvals.queue, undefined, { matters: isMoreThanStatus });
  // An approval may come before its Environment does.
  enqueueChanges(informers.environments, approvals.queue, concerns.approvalsOfEnvironment, {
    matters: () => false,
  });
  enqueueChanges(informers.deployments, pointers.queue, concerns.pointersAfter, {
    matters: isOtherwiseRun,
  });
  enqueueChanges(informers.pointers, pointers.queue, concerns.pointersAfter, {
    matters: isOtherwiseHealthy,
  });

  enqueueChanges(informers.pointers, gitWatches.queue, undefined, {
    matters: (pointer, old) => isMoreThanStatus(pointer, old) || wentBack(pointer, old),
  });

  enqueueChanges(informers.pointers, histories.queue, undefined, {
    matters: ({ status }, old) => status?.git?.deployment !== old.status?.git?.deployment,
  });
  enqueueChanges(informers.deployments, histories.queue, concerns.historyOfDeployment);

  enqueueChanges(informers.releases, autoDeploys.queue, concerns.autoDeploysOfRelease, {
    matters: (release, old) => isOtherwiseJudged(release, old),
  });
  enqueueChanges(informers.projects, autoDeploys.queue, concerns.autoDeploysOfProject, {
    matters: isMoreThanStatus,
  });
  enqueueChanges(informers.environments, autoDeploys.queue, concerns.autoDeploysOfEnvironment, {
    matters: isMoreThanStatus,
  });
  enqueueChanges(informers.pointers, autoDeploys.queue, concerns.autoDeploysOfPointer, {
    matters: isOtherwiseRunning,
  });
  enqueueChanges(informers.approvals, autoDeploys.queue, concerns.autoDeploysOfApproval);
  enqueueChanges(informers.deployments, autoDeploys.queue, concerns.autoDeploysAfter, {
    matters: isOtherwiseRun,
  });
  enqueueChanges(informers.pointers, autoDeploys.queue, concerns.autoDeploysAfter, {
    matters: isOtherwiseHealthy,
  });
  return [
    ...[projects, releases, environments, pointers],
    ...[gitWatches, registryWatches, histories, autoDeploys, approvals, policies],
  ];
}
