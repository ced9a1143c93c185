import type { PointerDelivery } from "../api/index.ts";
import type { Application } from "./application.ts";

/** One Application's word on a deployment. */
export interface ApplicationState {
  readonly application: Application;
  /**
   * Whether what it compared the cluster with carries this very deployment: the commit's pointer
   * file names it, or the image is its image.
   */
  readonly carries: boolean;
}

/** Worst last. What Argo CD may add some day counts as unknown. */
const healths = ["Healthy", "Suspended", "Progressing", "Missing", "Unknown", "Degraded"];
const syncs = ["Synced", "Unknown", "OutOfSync"];

/**
 * What Argo CD makes of a deployment; of several Applications (a pointer in several clusters) the
 * worst. Health counts for this very deployment alone: one that runs an older commit in good
 * health is OutOfSync, and its health unknown. undefined when there is no Application. Pure.
 */
export function deliveryOf(
  deployment: string,
  states: readonly ApplicationState[],
): PointerDelivery | undefined {
  const [first, ...others] = states.map((state) => wordOf(deployment, state));
  return others.reduce(
    (worst, one) => (first !== undefined && rank(one) > rank(worst ?? one) ? one : worst),
    first,
  );
}

function wordOf(deployment: string, { application, carries }: ApplicationState): PointerDelivery {
  const { metadata, status } = application;
  const revision = revisionsOf(application)[0];
  const message = status?.conditions?.find(({ type }) => type.endsWith("Error"))?.message;
  return {
    deployment,
    application: `${metadata.namespace}/${metadata.name}`,
    sync: carries ? known(syncs, status?.sync?.status) : "OutOfSync",
    health: carries ? known(healths, status?.health?.status) : "Unknown",
    ...(revision !== undefined && { revision: revision.slice(0, 128) }),
    ...(message !== undefined && { message: message.slice(0, 512) }),
  };
}

/** What an Application compared the cluster with: commits and digests, one a source. */
export function revisionsOf({ status }: Application): string[] {
  const { revision, revisions } = status?.sync ?? {};
  return [...(revision ? [revision] : []), ...(revisions ?? [])];
}

/**
 * Whether the Application failed by what passes by itself. Argo CD keeps such an error, and after
 * three of them asks nobody for an hour.
 */
export function failedInPassing({ status }: Application): boolean {
  const passing =
    /forge: (RegistryUnreachable|PluginOverloaded|Timeout):|error generating manifests in cmp: rpc error: code = Unavailable/;
  return (
    status?.conditions?.some(
      ({ type, message }) => type === "ComparisonError" && passing.test(message),
    ) ?? false
  );
}

function known(names: readonly string[], found: string | undefined): string {
  return found !== undefined && names.includes(found) ? found : "Unknown";
}

function rank({ sync, health }: PointerDelivery): number {
  return syncs.indexOf(sync) * healths.length + healths.indexOf(health);
}
