/**
 * What becomes of a pointer's deployment in the cluster, told in the pointer's status: Argo CD or
 * Flux says it. After a push they are asked to look at Git at once, which by themselves they would
 * do some minutes later.
 */
import type { Reconciler } from "../../../controller/index.ts";
import { keyText } from "../../../controller/kube/index.ts";
import { type ReleasePointer, releasePointerKind } from "../../api/index.ts";
import { type Agent, type AwaitedDeployment, worstOf } from "../../delivery/index.ts";
import { withHealthySince } from "../environment/healthy-since.ts";
import { CarriedDeployments } from "../pointer/carried-deployment.ts";
import type { ReconcilerDeps } from "../ports.ts";
import { deliveryKeysOf } from "../resources.ts";
import { isOurs, projectOf } from "../sharding.ts";
import { writeStatus } from "../status.ts";

const fieldManager = "forge-delivery";

export function createDeliveryReconciler(
  deps: ReconcilerDeps,
  agents: readonly Agent[],
): Reconciler {
  const carried = new CarriedDeployments(deps);
  return {
    reconcile: async (key, { signal }) => {
      const pointer = deps.caches.pointers.get(key);
      if (pointer === undefined || pointer.metadata.deletionTimestamp) return { type: "done" };
      if (!isOurs(deps, projectOf(deps, pointer))) return { type: "done" };
      const awaited = awaitedOf(pointer, keyText(key), carried);
      if (awaited === undefined) return { type: "done" };
      const looks = await Promise.all(agents.map((agent) => agent.look(awaited, signal)));
      const told = worstOf(looks.flatMap(({ reports }) => reports));
      const now = new Date(deps.clock.now());
      const delivery = told && withHealthySince(told, awaited.before, now);
      const fields = { delivery };
      await writeStatus(deps, releasePointerKind, pointer, fieldManager, fields, signal);
      const waits = await Promise.all(looks.map(({ wake }) => wake(signal)));
      const afterMs = Math.min(...waits.map((wait) => wait ?? Number.POSITIVE_INFINITY));
      if (!Number.isFinite(afterMs)) return { type: "done" };
      return { type: "requeue", afterMs, why: "an agent keeps an error that may have passed" };
    },
  };
}

/** undefined before the pointer's first commit. */
function awaitedOf(
  pointer: ReleasePointer,
  key: string,
  carried: CarriedDeployments,
): AwaitedDeployment | undefined {
  const { git, deployment, deployed, delivery } = pointer.status ?? {};
  if (git === undefined || deployment === undefined) return undefined;
  return {
    pointer: key,
    keys: deliveryKeysOf(pointer),
    url: deployment.target.url,
    commit: git.commit,
    deployment: git.deployment,
    digest: deployed?.digest,
    before: delivery,
    carriedAt: (commit, signal) => carried.at(pointer, commit, signal),
  };
}
