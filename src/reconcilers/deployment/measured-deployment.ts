/** What DORA's measures are told of a deployment; docs/operations.md defines them. */
import { indexValue } from "../../../controller/kube/index.ts";
import {
  projectPath,
  type ReleaseDeployment,
  type ReleasePointer,
  type ReleasePointerSpec,
} from "../../api/index.ts";
import type { ReconcilerDeps } from "../ports.ts";
import type { Begun } from "./deployment-plan.ts";

type MeasuringDeps = Pick<ReconcilerDeps, "caches" | "clock" | "deploymentMetrics">;

export function trackPlace(
  { deploymentMetrics }: Pick<MeasuringDeps, "deploymentMetrics">,
  { metadata, spec }: Pick<ReleasePointer, "metadata" | "spec">,
): void {
  deploymentMetrics.track(deploymentPlace(metadata.namespace, spec));
}

/** @param time when it was committed; now, when absent */
export function measureDeployment(
  { caches, clock, deploymentMetrics }: MeasuringDeps,
  { metadata: { namespace }, spec }: ReleasePointer,
  { name, commit, digest }: Begun,
  time: string | undefined,
): void {
  // What is asked by now may be another request than the one that was carried out.
  const record = caches.deployments.get({ namespace, name });
  const type = record?.spec.request.type ?? spec.request?.type;
  if (type === "Rollback") return;
  const committed = time === undefined ? clock.now() : Date.parse(time);
  const release = caches.releases
    .byIndex("project", indexValue(namespace, projectPath(spec.repository, spec.project)))
    .find((one) => one.spec.commit === commit && one.status?.image?.digest === digest);
  const made = release?.status?.commitTime ?? release?.spec.trigger.time;
  const seconds = made === undefined ? undefined : (committed - Date.parse(made)) / 1_000;
  deploymentMetrics.deployed(name, deploymentPlace(namespace, spec), seconds);
}

/** A rollback, committed at that time, took the place of a deployment. */
export function measureRollback(
  { deploymentMetrics }: Pick<MeasuringDeps, "deploymentMetrics">,
  { metadata: { namespace, name }, spec, status }: ReleaseDeployment,
  endedAt: string,
): void {
  if (spec.request.type === "Rollback" || status?.committedAt === undefined) return;
  const seconds = (Date.parse(endedAt) - Date.parse(status.committedAt)) / 1_000;
  deploymentMetrics.rolledBack(name, deploymentPlace(namespace, spec), seconds);
}

function deploymentPlace(
  namespace: string,
  {
    environment,
    repository,
    project,
  }: Pick<ReleasePointerSpec, "environment" | "repository" | "project">,
) {
  return { namespace, environment, project: projectPath(repository, project) };
}
