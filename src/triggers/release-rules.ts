import { RE2JS } from "re2js";
import type { ProjectSpec, ReleaseBlock, Trigger } from "../api/index.ts";

/** What decides whether an event releases a project. */
export interface ProjectRules {
  readonly spec: Pick<ProjectSpec, "name" | "tagStrategy" | "release">;
  /** The block in the project's own file at the commit of the event, if there is one. */
  readonly file?: ReleaseBlock | undefined;
}

export interface Verdict {
  readonly project: string;
  readonly released: boolean;
  readonly reason:
    | "BranchMatched"
    | "TagMatched"
    | "Asked"
    | "Disabled"
    | "NoRuleMatched"
    | "OtherProjectsTag"
    | "InvalidPattern";
  /** Why, in a sentence for people. */
  readonly message: string;
}

/**
 * The block that counts: the file's, where there is one. In the cluster it is always possible to
 * stop a project.
 */
export function releaseBlockOf({ spec, file }: ProjectRules): ReleaseBlock {
  return {
    on: (file ?? spec.release).on,
    enabled: spec.release.enabled && (file?.enabled ?? true),
  };
}

/** Whether an event releases a project. Pure, and linear in the length of names and patterns. */
export function judge(rules: ProjectRules, trigger: Trigger): Verdict {
  const project = rules.spec.name;
  const say = (released: boolean, reason: Verdict["reason"], message: string): Verdict => ({
    project,
    released,
    reason,
    message,
  });
  if (trigger.type === "Manual") return say(true, "Asked", `${project} was asked for by hand.`);
  const block = releaseBlockOf(rules);
  if (!block.enabled) {
    const where = rules.spec.release.enabled ? "the project's file" : "its Project";
    return say(false, "Disabled", `${project} is not released by git events: ${where} says so.`);
  }
  if (trigger.type === "Tag") return judgeTag(rules.spec, block, trigger.tag ?? "", say);
  return judgeBranch(project, block, trigger.branch ?? "", say);
}

type Say = (released: boolean, reason: Verdict["reason"], message: string) => Verdict;

function judgeTag(
  { name, tagStrategy }: ProjectRules["spec"],
  { on }: ReleaseBlock,
  tag: string,
  say: Say,
): Verdict {
  if (!on.some((rule) => rule.tag === true)) {
    return say(false, "NoRuleMatched", `No rule releases ${name} on tags.`);
  }
  const isOwn = tag.startsWith(`${name}/v`) && tag.length > `${name}/v`.length;
  if (tagStrategy === "Monorepo" && !isOwn) {
    return say(
      false,
      "OtherProjectsTag",
      `${tag} is no tag of ${name}: those begin with ${name}/v.`,
    );
  }
  return say(true, "TagMatched", `Tag ${tag} releases ${name}.`);
}

function judgeBranch(name: string, { on }: ReleaseBlock, branch: string, say: Say): Verdict {
  const invalid: string[] = [];
  for (const { branch: pattern } of on) {
    if (pattern === undefined) continue;
    const expression = compile(pattern);
    if (expression === undefined) invalid.push(pattern);
    else if (expression.matches(branch)) {
      return say(true, "BranchMatched", `Branch ${branch} releases ${name}, by ${pattern}.`);
    }
  }
  if (invalid.length > 0) {
    const message = `No rule releases ${name} on branch ${branch}, and ${invalid.join(", ")} is no RE2 expression.`;
    return say(false, "InvalidPattern", message);
  }
  return say(false, "NoRuleMatched", `No rule releases ${name} on branch ${branch}.`);
}

/** Patterns of a block that are no RE2 expressions. */
export function invalidPatterns({ on }: ReleaseBlock): string[] {
  return on.flatMap(({ branch }) =>
    branch !== undefined && compile(branch) === undefined ? [branch] : [],
  );
}

function compile(pattern: string): RE2JS | undefined {
  try {
    return RE2JS.compile(pattern);
  } catch {
    return undefined;
  }
}
