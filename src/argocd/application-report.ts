import type { PointerDelivery } from "../api/index.ts";
import { healthOf, syncOf } from "../delivery/index.ts";
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

/**
 * What Argo CD makes of a deployment. Health counts for this very deployment alone: an Application
 * that runs an older commit in good health is OutOfSync, and its health unknown. Pure.
 */
export function reportOf(
  deployment: string,
  { application, carries }: ApplicationState,
): PointerDelivery {
  const { metadata, status } = application;
  const revision = revisionsOf(application)[0];
  const message = status?.conditions?.find(({ type }) => type.endsWith("Error"))?.message;
  return {
    deployment,
    application: `${metadata.namespace}/${metadata.name}`,
    sync: carries ? syncOf(status?.sync?.status) : "OutOfSync",
    health: carries ? healthOf(status?.health?.status) : "Unknown",
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
