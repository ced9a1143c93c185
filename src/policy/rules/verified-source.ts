import { passed, type Rule, refused } from "../decision.ts";
import { countedClaims, rollbackExempt } from "../wording.ts";

/**
 * Where the environment requires it, forge verified a claim of the release. The other rules then
 * count no claim but such ones, so that the claim that lets the release in is a verified one.
 */
export const verifiedSource: Rule = {
  name: "verifiedSource",
  judge: (input) => {
    const { environment } = input;
    if (!environment.spec.promotionPolicy.requireVerifiedSource) {
      return passed("NotRequired", "The source need not be verified.");
    }
    const exempt = rollbackExempt(input);
    if (exempt !== undefined) return exempt;
    if (countedClaims(input).length > 0) {
      return passed("SourceVerified", "The source was verified.");
    }
    return refused(
      "SourceNotVerified",
      `${environment.metadata.name} takes releases with a verified source only; forge verified none of its triggers.`,
    );
  },
};
