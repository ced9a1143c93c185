import { passed, type Rule, refused } from "../decision.ts";
import { compileGlob } from "../glob.ts";
import { preparedOnce } from "../prepared.ts";
import { countedClaims, listed, rollbackExempt, uncounted } from "../wording.ts";

const compiled = preparedOnce((globs: readonly string[]) => globs.map(compileGlob));

/** The release comes from a branch that the environment takes. */
export const branches: Rule = {
  name: "branches",
  judge: (input) => {
    const { environment } = input;
    const allowed = environment.spec.promotionPolicy.allowedBranches;
    if (allowed.length === 0) return passed("AnyBranch", "Every branch may enter.");
    const exempt = rollbackExempt(input);
    if (exempt !== undefined) return exempt;
    const named = countedClaims(input).flatMap(({ branch }) => branch ?? []);
    for (const branch of named) {
      const match = compiled(allowed).find((glob) => glob.matches(branch));
      if (match !== undefined) {
        const { pattern } = match;
        return passed("BranchAllowed", `Branch ${branch} matches ${pattern}.`, { pattern });
      }
    }
    const takes = `${environment.metadata.name} takes releases of ${listed(allowed)}`;
    return named.length === 0
      ? refused(
          "BranchUnknown",
          `${takes}; no trigger of this one names a branch.${uncounted(input)}`,
        )
      : refused(
          "BranchNotAllowed",
          `${takes}; this one comes from ${listed(named)}.${uncounted(input)}`,
        );
  },
};
