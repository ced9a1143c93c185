import type { GitEvent, Trigger } from "../api/index.ts";
import { judge, type ProjectRules, type Verdict } from "./release-rules.ts";

/** What an event means for a repository. */
export interface Evaluation {
  readonly commit: string;
  readonly trigger: Trigger;
  /** Every project, released or not, in alphabetical order. */
  readonly verdicts: readonly Verdict[];
}

/**
 * Which projects of its repository an event releases. Pure. Which aliases each release gets
 * follows from the same trigger by {@link aliasesOf}, once it has its number.
 *
 * @param projects those of the event's repository, all of them
 */
export function evaluateEvent(event: GitEvent, projects: readonly ProjectRules[]): Evaluation {
  const { commit, trigger } = event;
  const asked = trigger.type === "Manual" ? event.projects : undefined;
  return {
    commit,
    trigger,
    verdicts: projects
      .toSorted((a, b) => (a.spec.name < b.spec.name ? -1 : 1))
      .map((rules) => {
        const project = rules.spec.name;
        if (trigger.type === "Manual" && asked?.includes(project) !== true) {
          const message = `${project} is not among the projects that were asked for.`;
          return { project, released: false, reason: "NoRuleMatched", message };
        }
        return judge(rules, trigger);
      }),
  };
}
