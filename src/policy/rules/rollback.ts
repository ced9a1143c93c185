import { passed, type Rule, refused } from "../decision.ts";
import { isRollback } from "../wording.ts";

/** A rollback goes to an image that this environment has run before. */
export const rollback: Rule = {
  name: "rollback",
  judge: (input) => {
    const { environment, release, runs } = input;
    if (!isRollback(input)) return passed("NotARollback", "This is not a rollback.");
    const { name } = environment.metadata;
    const digest = release.status?.image?.digest;
    if (runs.some((run) => run.environment === name && run.digest === digest)) {
      return passed("RanHere", `${name} has run this image before.`);
    }
    return refused(
      "NeverRanHere",
      `${name} has never run this image, so there is no way back to it; deploy it instead.`,
    );
  },
};
