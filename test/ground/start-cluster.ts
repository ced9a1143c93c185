import { type Cluster, type ClusterMaker, type ClusterOptions, chosenMaker } from "./cluster.ts";
import { startKindCluster } from "./kind-cluster.ts";
import { startProcessCluster } from "./process-cluster.ts";

const makers: Readonly<Record<ClusterMaker, (options: ClusterOptions) => Promise<Cluster>>> = {
  processes: startProcessCluster,
  kind: startKindCluster,
};

/** Starts a cluster of one node, in the way that $CLUSTER chooses. */
export function startCluster(options: ClusterOptions): Promise<Cluster> {
  return makers[chosenMaker()](options);
}
