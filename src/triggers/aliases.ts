import type { Alias, ProjectSpec, Trigger } from "../api/index.ts";

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
  return aliases.filter(({ value }) => isAlias(value));
}

/** Whether a text may be an alias: nothing that could be a number or a commit prefix. */
export function isAlias(text: string): boolean {
  return (
    text.length > 0 &&
    text.length <= aliasLimit &&
    !/^[0-9]+$/.test(text) &&
    !/^[0-9a-f]{7,64}$/i.test(text)
  );
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
