import type { Alias, Project, Release } from "../../api/index.ts";
import {
  aliasesOf,
  customAliases,
  type ReleaseExtension,
  type ReleaseFacts,
} from "../../triggers/index.ts";

/** Every alias that a release may have: by its trigger, and by extensions. */
export function allAliases(
  project: Parameters<typeof aliasesOf>[0],
  release: Release,
  number: number,
  extensions: readonly ReleaseExtension[],
): Alias[] {
  return [
    ...aliasesOf(project, release.spec.trigger, number),
    ...customAliases(extensions, factsOf(release, number)),
  ];
}

export function factsOf({ spec }: Release, number: number): ReleaseFacts {
  const { repository, project, commit, version, trigger } = spec;
  return { repository, project, commit, number, version, trigger };
}

/**
 * The aliases of a release that nobody else in the project holds: who held one first keeps it.
 *
 * @param siblings all Releases of the project
 */
export function freeAliases(
  project: Pick<Project, "spec">,
  release: Release,
  number: number,
  siblings: readonly Release[],
  extensions: readonly ReleaseExtension[],
): { free: Alias[]; taken: { alias: string; holder: string }[] } {
  const holders = siblings.filter(
    ({ metadata, spec }) =>
      metadata.uid !== release.metadata.uid && spec.commit !== release.spec.commit,
  );
  const free: Alias[] = [];
  const taken: { alias: string; holder: string }[] = [];
  for (const alias of allAliases(project.spec, release, number, extensions)) {
    const holder = holders.find(({ status }) =>
      status?.aliases?.some(({ value }) => value === alias.value),
    );
    if (holder === undefined) free.push(alias);
    else taken.push({ alias: alias.value, holder: holder.metadata.name });
  }
  return { free, taken };
}
