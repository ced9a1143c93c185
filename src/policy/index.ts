export type { Decision, PolicyInput, Rule } from "./decision.ts";
export { evaluate, rules, verdictText } from "./evaluate.ts";
export { matchesGlob } from "./glob.ts";
