import { passed, type Rule, refused } from "../decision.ts";
import { isRollback } from "../wording.ts";

/**
 * A rollback goes to an image that this environment has run before. What the pointer's status says
 * of its last two releases counts as well as the runs, which are kept by count.
 */
export const rollback: Rule = {
  name: "rollback",
  judge: (input) => {
    const { environment, release, pointer, runs } = input;
    if (!isRollback(input)) return passed("NotARollback", "This is not a rollback.");
    const { name } = environment.metadata;
    const digest = release.status?.image?.digest;
    const { deployed, previous } = pointer.status ?? {};
    const here = [deployed, previous, ...runs.filter((run) => run.environment === name)];
    if (digest !== undefined && here.some((ran) => ran?.digest === digest)) {
      return passed("RanHere", `${name} has run this image before.`);
    }
    return refused(
      "NeverRanHere",
      `${name} has never run this image, so there is no way back to it; deploy it instead.`,
    );
  },
};
