/**
 * What becomes of a pointer's deployment in the cluster, told in the pointer's status: Argo CD or
 * Flux says it. After a push they are asked to look at Git at once, which by themselves they would
 * do some minutes later.
 */
import type { Reconciler } from "../../../controller/index.ts";
import { keyText } from "../../../controller/kube/index.ts";
import { type PointerDelivery, type ReleasePointer, releasePointerKind } from "../../api/index.ts";
import { type Agent, type AwaitedDeployment, worstOf } from "../../delivery/index.ts";
import { recordHealth } from "../deployment/deployment-record.ts";
import { withHealthySince, withoutReport } from "../environment/healthy-since.ts";
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
      const told =
        worstOf(looks.flatMap(({ reports }) => reports)) ??
        (agents.length > 0 ? withoutReport(awaited) : undefined);
      const now = new Date(deps.clock.now());
      const delivery = told && withHealthySince(told, awaited.before, now);
      // The record first: a decision must not lose what the pointer no longer has.
      await recordDelivery(deps, pointer, awaited.deployment, delivery, signal);
      const fields = { delivery };
      await writeStatus(deps, releasePointerKind, pointer, fieldManager, fields, signal);
      const waits = await Promise.all(looks.map(({ wake }) => wake(signal)));
      const afterMs = Math.min(...waits.map((wait) => wait ?? Number.POSITIVE_INFINITY));
      if (!Number.isFinite(afterMs)) return { type: "done" };
      return { type: "requeue", afterMs, why: "an agent keeps an error that may have passed" };
    },
  };
}

/** Writes the health of a deployment to its record, once it was ever reported. */
async function recordDelivery(
  deps: ReconcilerDeps,
  { metadata: { namespace } }: ReleasePointer,
  name: string,
  delivery: PointerDelivery | undefined,
  signal: AbortSignal,
): Promise<void> {
  const isReported = deps.caches.deployments.get({ namespace, name })?.status?.health !== undefined;
  if (delivery === undefined && !isReported) return;
  const { healthySince } = delivery ?? {};
  // Never an empty object: an apply that removes its last field makes it null.
  const health = healthySince ? { healthy: true, healthySince } : { healthy: false };
  await recordHealth(deps, { namespace, name }, health, signal);
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
