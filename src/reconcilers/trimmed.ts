/** Objects as the caches keep them: what nobody decides by is left out, what many say is shared. */
import type { Release, ReleaseApproval, ReleaseDeployment, ReleasePointer } from "../api/index.ts";

/** Manifests and notes are read when they are needed. */
export function trimRelease(release: Release): Release {
  const { notes: _, ...spec } = release.spec;
  const { manifests, ...source } = spec.source;
  if (manifests === undefined) return { ...release, spec };
  return { ...release, spec: { ...spec, source: { ...source, manifests: "" } } };
}

/**
 * Most pointers pass the same rules with the same words, and go to the same place in Git. What is
 * shared is never changed: nothing of a cache is.
 */
export function trimPointer(pointer: ReleasePointer): ReleasePointer {
  const { status } = pointer;
  if (status === undefined) return pointer;
  const { decision, deployment } = status;
  return {
    ...pointer,
    status: {
      ...status,
      ...(decision && { decision: { ...decision, rules: decision.rules.map(shared) } }),
      ...(deployment && { deployment: { ...deployment, target: shared(deployment.target) } }),
    },
  };
}

/** Most approvals of an environment are bound to the same rules. */
export function trimApproval(approval: ReleaseApproval): ReleaseApproval {
  const { policy } = approval.status ?? {};
  if (policy === undefined) return approval;
  return { ...approval, status: { ...approval.status, policy: shared(policy) } };
}

/** What it was decided by is read by people alone; there are many records, so each is small. */
export function trimDeployment({
  apiVersion,
  kind,
  metadata,
  spec,
  status,
}: ReleaseDeployment): ReleaseDeployment {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = metadata;
  const { environment, repository, project, pointer, sequence, release, request } = spec;
  const { outcome, committedAt, endedAt, countsFrom, countsUntil, foundInGit, health } =
    status ?? {};
  const { id: _, ...asked } = request;
  return {
    apiVersion,
    kind,
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    spec: {
      environment: shared(environment),
      repository: shared(repository),
      project: shared(project),
      pointer,
      sequence,
      release,
      request: shared(asked),
      decision: untold,
      approvals: none,
    },
    status: {
      ...{ outcome, committedAt, endedAt, countsFrom, health },
      ...(countsUntil !== undefined && { countsUntil }),
      ...(foundInGit !== undefined && { foundInGit }),
    },
  } as ReleaseDeployment;
}

const untold: ReleaseDeployment["spec"]["decision"] = { allowed: true, rules: [] };
const none: ReleaseDeployment["spec"]["approvals"] = [];

const sharedLimit = 10_000;
const known = new Map<string, unknown>();

/** The first value that was the same as JSON; so many are known at once. */
function shared<T>(value: T): T {
  const text = JSON.stringify(value);
  const first = known.get(text);
  if (first !== undefined) return first as T;
  if (known.size >= sharedLimit) known.clear();
  known.set(text, value);
  return value;
}
