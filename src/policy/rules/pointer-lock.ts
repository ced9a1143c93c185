import { passed, type Rule, refused } from "../decision.ts";

/** The pointer is not locked: one project, in one environment. */
export const pointerLock: Rule = {
  name: "pointerLock",
  judge: ({ environment, pointer }) => {
    const { lock: held, project } = pointer.spec;
    if (held === undefined) return passed("PointerNotLocked", "The pointer is not locked.");
    const by = held.by === undefined ? "" : ` by ${held.by}`;
    const message = `${project} is locked in ${environment.metadata.name}${by}: ${held.reason}`;
    return refused("PointerLocked", message, { by: held.by });
  },
};
