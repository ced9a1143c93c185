import { passed, type Rule, refused } from "../decision.ts";

/** The environment is not locked. */
export const lock: Rule = {
  name: "lock",
  judge: ({ environment }) => {
    const { lock: held } = environment.spec;
    if (held === undefined) return passed("NotLocked", "The environment is not locked.");
    const by = held.by === undefined ? "" : ` by ${held.by}`;
    const message = `${environment.metadata.name} is locked${by}: ${held.reason}`;
    return refused("Locked", message, { by: held.by });
  },
};
