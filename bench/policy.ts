import type { Benchmark } from "./frame.ts";
import { measureDecisions } from "./policy/decisions.ts";

/** What it costs to decide. */
export const policy: Benchmark = {
  name: "policy",
  about:
    "decisions of an environment with every rule, one core; beside each, JSON.parse of the same Environment, Release, pointer and approvals: the least that reading them costs.",
  run: async (progress) => measureDecisions(progress),
};
