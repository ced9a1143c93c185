export { namesPresent, rulesOf } from "./bound-approval.ts";
export { concernsProject } from "./concerns-project.ts";
export type { Decision, DecisionStatus, PolicyInput, Rule, Run } from "./decision.ts";
export { decisionStatus } from "./decision-status.ts";
export { evaluate, rules } from "./evaluate.ts";
export { matchesGlob } from "./glob.ts";
export { unreadableRule } from "./unreadable-rule.ts";
