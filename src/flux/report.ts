import type { PointerDelivery } from "../api/index.ts";
import type { AwaitedDeployment, DeliveryHealth, DeliverySync } from "../delivery/index.ts";
import { conditionOf, digestOf, type FluxSource, type Kustomization } from "./objects.ts";

type Awaited = Pick<AwaitedDeployment, "deployment" | "digest" | "before">;

/** One Kustomization, and the OCIRepository whose image it applies. */
export interface Applied {
  readonly kustomization: Kustomization;
  readonly source: FluxSource | undefined;
}

/**
 * What Flux makes of a deployment, in Argo CD's words. A Kustomization that applied another digest
 * is OutOfSync, and its health unknown. So is the health of one that checks none: without `wait`
 * or `healthChecks` it says Ready when the API server has taken the objects. Pure.
 */
export function reportOf(awaited: Awaited, { kustomization, source }: Applied): PointerDelivery {
  const { metadata, status } = kustomization;
  const application = `${metadata.namespace}/${metadata.name}`;
  const revision = status?.lastAppliedRevision;
  const message = problemOf(kustomization) ?? (source && problemOf(source));
  const [sync, health] = stateOf(awaited, kustomization, application);
  return {
    deployment: awaited.deployment,
    application,
    sync,
    health,
    ...(revision !== undefined && { revision: revision.slice(0, 128) }),
    ...(message !== undefined && { message: message.slice(0, 512) }),
  };
}

function stateOf(
  { deployment, digest, before }: Awaited,
  kustomization: Kustomization,
  application: string,
): readonly [DeliverySync, DeliveryHealth] {
  const { metadata, spec, status } = kustomization;
  const isApplied = digest !== undefined && digestOf(status?.lastAppliedRevision) === digest;
  const isAttempted = digest !== undefined && digestOf(status?.lastAttemptedRevision) === digest;
  if (spec?.suspend === true && isApplied) return ["Synced", "Suspended"];
  if (!isApplied && !isAttempted) return ["OutOfSync", "Unknown"];
  const isObserved = status?.observedGeneration === metadata.generation;
  const ready = isObserved ? conditionOf(kustomization, "Ready") : undefined;
  if (ready?.status === "False") {
    // Applied it was, and only then found ill.
    return ready.reason === "HealthCheckFailed" ? ["Synced", "Degraded"] : ["OutOfSync", "Unknown"];
  }
  if (!isApplied) return ["OutOfSync", "Progressing"];
  if (ready?.status === "True") {
    const isHealthy = conditionOf(kustomization, "Healthy")?.status === "True";
    return ["Synced", isHealthy ? "Healthy" : "Unknown"];
  }
  // It looks once more at what it applied, as it does time and again: nothing new is known yet.
  const isKnown = before?.deployment === deployment && before.application === application;
  if (isKnown && before.sync === "Synced" && isWordOfFlux(before.health)) {
    return ["Synced", before.health];
  }
  return ["Synced", "Progressing"];
}

function isWordOfFlux(health: string): health is DeliveryHealth {
  return health === "Healthy" || health === "Degraded" || health === "Unknown";
}

function problemOf(object: Pick<Kustomization, "status">): string | undefined {
  const ready = conditionOf(object, "Ready");
  return ready?.status === "False" ? ready.message : undefined;
}
