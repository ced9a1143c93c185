import type { Alias, Project, ProjectSpec, Release, Trigger } from "../api/index.ts";

const aliasLimit = 256;

/** The aliases that a trigger gives a release, by the strategy of its project. */
export function aliasesOf(
  project: Pick<ProjectSpec, "name" | "tagStrategy" | "branchAliases">,
  trigger: Trigger,
  number: number,
): Alias[] {
  const aliases: Alias[] = [];
  if (trigger.tag !== undefined) aliases.push(...tagAliases(project, trigger.tag));
  if (trigger.type === "BranchPush" && trigger.branch !== undefined && project.branchAliases) {
    aliases.push({ type: "Branch", value: `${trigger.branch}-${number}` });
  }
  return aliases.filter(({ value }) => value.length <= aliasLimit && !looksLikeOtherName(value));
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
): { free: Alias[]; taken: { alias: string; holder: string }[] } {
  const holders = siblings.filter(
    ({ metadata, spec }) =>
      metadata.uid !== release.metadata.uid && spec.commit !== release.spec.commit,
  );
  const free: Alias[] = [];
  const taken: { alias: string; holder: string }[] = [];
  for (const alias of aliasesOf(project.spec, release.spec.trigger, number)) {
    const holder = holders.find(({ status }) =>
      status?.aliases?.some(({ value }) => value === alias.value),
    );
    if (holder === undefined) free.push(alias);
    else taken.push({ alias: alias.value, holder: holder.metadata.name });
  }
  return { free, taken };
}

/** `auth-service/v1.2.3` gives `v1.2.3` and itself; the tags of other projects give nothing. */
function tagAliases(project: Pick<ProjectSpec, "name" | "tagStrategy">, tag: string): Alias[] {
  const prefix = `${project.name}/`;
  const own = tag.startsWith(prefix);
  const full: Alias = { type: "Tag", value: tag };
  if (own && tag.length > prefix.length) {
    return [{ type: "Tag", value: tag.slice(prefix.length) }, full];
  }
  return project.tagStrategy === "TagAll" ? [full] : [];
}

/** Whether an alias could be taken for a number or a commit prefix: then it is none. */
export function looksLikeOtherName(alias: string): boolean {
  return /^[0-9]+$/.test(alias) || /^[0-9a-f]{7,64}$/i.test(alias);
}
