import type { Environment, ReleaseDeployment } from "../api/index.ts";

/** A run whose soak counts from when forge found it, and not from when its commit was made. */
export interface FoundRun {
  readonly environment: string;
  readonly deployment: string;
  readonly countsFrom: string;
}

/** The runs of an image that were found in Git, in the environments that come first. */
export function runsFoundInGit(
  { spec }: Pick<Environment, "spec">,
  digest: string | undefined,
  deployments: readonly Pick<ReleaseDeployment, "metadata" | "spec" | "status">[],
): FoundRun[] {
  const before = new Set(spec.promotionPolicy.promotesFrom.map(({ environment }) => environment));
  return deployments.flatMap(({ metadata, spec: { environment, release }, status }) => {
    const { foundInGit, countsFrom } = status ?? {};
    if (foundInGit !== true || countsFrom === undefined) return [];
    if (!before.has(environment) || release.digest !== digest) return [];
    return [{ environment, deployment: metadata.name, countsFrom }];
  });
}
