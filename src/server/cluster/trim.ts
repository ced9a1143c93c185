/** Objects as the server's caches keep them: what is large, and told by nobody's list, is left out. */
import type { Release, ReleaseDeployment } from "../../api/index.ts";

/** Inline manifests are in the image; their absence stands for them. */
export function trimRelease<T extends Release>(release: T): T {
  const { manifests: _, ...source } = release.spec.source;
  return { ...release, spec: { ...release.spec, source } };
}

/** There are many records: what each was decided by is read from the record itself. */
export function trimDeployment<T extends ReleaseDeployment>(deployment: T): T {
  const { decision, ...spec } = deployment.spec;
  return { ...deployment, spec: { ...spec, decision: { allowed: decision.allowed, rules: [] } } };
}
