import type { Registry } from "./registry.ts";

/** A cluster of one node that runs pods, however it is made. */
export interface Cluster {
  /** Address of the API server, as this machine reaches it. */
  readonly url: string;
  /** The API server's port, as pods reach it behind the address of its Service. */
  readonly apiServerPort: number;
  /** For the administrator, with a token. In a file of the cluster's own, never the user's. */
  readonly kubeconfig: string;
  /** The API server's audit log, where it is kept in a file of this machine. */
  readonly auditLog?: string;
  /** Writes a kubeconfig for one of the users. */
  kubeconfigFor(user: string): string;
  /** The node pulls images from it, in plain http. */
  readonly registry: Registry;
  /** This machine's address, as pods see it. */
  readonly hostAddress: string;
  /** Addresses that connections of pods to this machine come from: 10.0.0.0/24. */
  readonly podAddresses: string;
  /** Stands in front of a command that runs in the node. */
  readonly enter: readonly [string, ...string[]];
  /** Loads an image from an archive, under the name that it gives itself. */
  loadImage(archive: string): Promise<void>;
  stop(): Promise<void>;
}

export interface ClusterOptions {
  readonly folder: string;
  /** Users besides the administrator. They have no groups. */
  readonly users: readonly string[];
}

/** How clusters can be made: as processes of this machine, or by kind. */
export type ClusterMaker = "processes" | "kind";

/**
 * What $CLUSTER chooses.
 * @throws Error when it is neither empty nor a maker
 */
export function chosenMaker(env: NodeJS.ProcessEnv = process.env): ClusterMaker {
  const chosen = env["CLUSTER"] || "processes";
  if (chosen === "processes" || chosen === "kind") return chosen;
  throw new Error(`CLUSTER is ${chosen}: set it to kind, or leave it out`);
}
