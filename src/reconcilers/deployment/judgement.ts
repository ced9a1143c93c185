/** Gathers what a decision rests on, and asks the policy. Nothing else asks it here. */
import { indexValue } from "../../../controller/kube/index.ts";
import {
  type Environment,
  ForgeError,
  projectPath,
  type Release,
  type ReleaseApproval,
  type ReleasePointer,
} from "../../api/index.ts";
import type { Decision } from "../../policy/index.ts";
import { judgeRelease } from "../../query/index.ts";
import type { ReconcilerDeps } from "../ports.ts";
import { readLive } from "../read-live.ts";
import { resources } from "../resources.ts";

/** More than this of one project's are not looked at; far beyond what people give. */
const maximumApprovals = 1_000;

export interface Judgement {
  readonly environment: Environment;
  readonly decision: Decision;
}

export type Judged = Pick<ReleasePointer, "spec" | "status"> & {
  readonly metadata: { readonly namespace: string };
};

/** By what the caches show; undefined where they show no such Environment. */
export function judgeByCache(
  deps: Pick<ReconcilerDeps, "caches" | "clock">,
  pointer: Judged,
  release: Release,
): Judgement | undefined {
  const { namespace } = pointer.metadata;
  const environment = deps.caches.environments.get({ namespace, name: pointer.spec.environment });
  if (environment === undefined) return undefined;
  const approvals = deps.caches.approvals.byIndex("project", projectIndexOf(pointer));
  return { environment, decision: decide(deps, { environment, pointer, release, approvals }) };
}

/**
 * By live reads of what people stop a deployment with: a lock set, or an approval revoked, a
 * moment ago must hold. What the caches do not show yet their watches will bring.
 * @throws ForgeError EnvironmentNotFound
 */
export async function judgeLive(
  deps: ReconcilerDeps,
  pointer: Judged,
  release: Release,
  signal: AbortSignal,
): Promise<Judgement> {
  const environment = await readEnvironment(deps, pointer, signal);
  const approvals = await readApprovals(deps, environment, pointer, release, signal);
  return { environment, decision: decide(deps, { environment, pointer, release, approvals }) };
}

function decide(
  { caches, clock }: Pick<ReconcilerDeps, "caches" | "clock">,
  known: {
    readonly environment: Environment;
    readonly pointer: Judged;
    readonly release: Release;
    readonly approvals: readonly ReleaseApproval[];
  },
): Decision {
  const project = projectIndexOf(known.pointer);
  const deployments = caches.deployments.byIndex("project", project);
  const pointers = caches.pointers.byIndex("project", project);
  return judgeRelease({ ...known, deployments, pointers }, new Date(clock.now()));
}

function projectIndexOf({ metadata, spec }: Judged): string {
  return indexValue(metadata.namespace, projectPath(spec.repository, spec.project));
}

async function readEnvironment(
  deps: Pick<ReconcilerDeps, "client">,
  { metadata, spec }: Judged,
  signal: AbortSignal,
): Promise<Environment> {
  const key = { namespace: metadata.namespace, name: spec.environment };
  const environment = await readLive<Environment>(deps, resources.environments, key, signal);
  if (environment !== undefined) return environment;
  throw new ForgeError("EnvironmentNotFound", `Environment ${spec.environment} does not exist`);
}

/** None are read where none are asked for. */
async function readApprovals(
  deps: Pick<ReconcilerDeps, "client">,
  { metadata, spec: { promotionPolicy } }: Environment,
  { spec }: Judged,
  release: Release,
  signal: AbortSignal,
): Promise<readonly ReleaseApproval[]> {
  if (!promotionPolicy.requiresApproval) return [];
  const { items } = await deps.client.listAll<ReleaseApproval>(resources.approvals, {
    namespace: metadata.namespace,
    fieldSelector: [
      `spec.environment=${metadata.name}`,
      `spec.release.repository=${spec.repository}`,
      `spec.release.project=${spec.project}`,
      `spec.release.commit=${release.spec.commit}`,
    ].join(","),
    maximum: maximumApprovals,
    signal,
  });
  return items;
}
