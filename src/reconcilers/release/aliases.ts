import type { Alias, Project, Release } from "../../api/index.ts";
import {
  aliasesOf,
  customAliases,
  type ReleaseExtension,
  type ReleaseFacts,
} from "../../triggers/index.ts";

type AliasStrategy = Parameters<typeof aliasesOf>[0];

/** Every alias that a release may have: by its trigger, and by extensions. */
export function allAliases(
  strategy: AliasStrategy,
  release: Release,
  number: number,
  extensions: readonly ReleaseExtension[],
): Alias[] {
  return [
    ...aliasesOf(strategy, release.spec.trigger, number),
    ...customAliases(extensions, factsOf(release, number)),
  ];
}

/** How a project's tags and branches become aliases; without a Project, by the defaults. */
export function strategyOf(
  project: Pick<Project, "spec"> | undefined,
  { spec }: Pick<Release, "spec">,
): AliasStrategy {
  return project?.spec ?? { name: spec.project, tagStrategy: "Monorepo", branchAliases: true };
}

export function factsOf({ spec }: Release, number: number): ReleaseFacts {
  const { repository, project, commit, version, trigger } = spec;
  return { repository, project, commit, number, version, trigger };
}
