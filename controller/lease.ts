import { microTime } from "./events.ts";
import type { Key, KubeObject, Resource } from "./kube/index.ts";

/** coordination.k8s.io/v1 Lease. */
export interface Lease extends KubeObject {
  readonly spec?: {
    /** Empty or absent when nobody holds it. */
    readonly holderIdentity?: string | undefined;
    readonly leaseDurationSeconds?: number | undefined;
    readonly acquireTime?: string | undefined;
    readonly renewTime?: string | undefined;
    readonly leaseTransitions?: number | undefined;
  };
}

export const leaseResource: Resource = {
  group: "coordination.k8s.io",
  version: "v1",
  plural: "leases",
  kind: "Lease",
  namespaced: true,
};

export interface Tenure {
  readonly holder: string;
  readonly durationMs: number;
  /** Wall clock; others read it, nobody decides by it. */
  readonly now: number;
  /** That of the tenure which this renews. */
  readonly acquireTime?: string | undefined;
  readonly transitions: number;
}

/** The lease with this tenure; written over `lease` it holds only for that resource version. */
export function leaseWith(lease: Lease | undefined, key: Key, tenure: Tenure): Lease {
  return {
    apiVersion: "coordination.k8s.io/v1",
    kind: "Lease",
    metadata: lease?.metadata ?? key,
    spec: {
      holderIdentity: tenure.holder,
      leaseDurationSeconds: Math.ceil(tenure.durationMs / 1_000),
      acquireTime: tenure.acquireTime ?? microTime(tenure.now),
      renewTime: microTime(tenure.now),
      leaseTransitions: tenure.transitions,
    },
  };
}
