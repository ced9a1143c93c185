import { passed, type Rule, refused } from "../decision.ts";
import { matchesGlob } from "../glob.ts";
import { listed, triggersOf } from "../wording.ts";

/** The release comes from a branch that the environment takes. */
export const branches: Rule = {
  name: "branches",
  judge: ({ environment, release }) => {
    const allowed = environment.spec.promotionPolicy.allowedBranches;
    if (allowed.length === 0) return passed("AnyBranch", "Every branch may enter.");
    const named = triggersOf(release).flatMap(({ branch }) => branch ?? []);
    for (const branch of named) {
      const pattern = allowed.find((glob) => matchesGlob(glob, branch));
      if (pattern !== undefined) {
        return passed("BranchAllowed", `Branch ${branch} matches ${pattern}.`);
      }
    }
    const takes = `${environment.metadata.name} takes releases of ${listed(allowed)}`;
    return named.length === 0
      ? refused("BranchUnknown", `${takes}; no trigger of this one names a branch.`)
      : refused("BranchNotAllowed", `${takes}; this one comes from ${listed(named)}.`);
  },
};
