import { isTrue } from "../../api/index.ts";
import { passed, type Rule, refused } from "../decision.ts";
import { rollbackExempt } from "../wording.ts";

/** Where the environment asks for it, forge itself has checked what the release says of its source. */
export const verifiedSource: Rule = {
  name: "verifiedSource",
  judge: (input) => {
    const { environment, release } = input;
    if (!environment.spec.promotionPolicy.requireVerifiedSource) {
      return passed("NotRequired", "The source need not be verified.");
    }
    const exempt = rollbackExempt(input);
    if (exempt !== undefined) return exempt;
    if (isTrue(release, "SourceVerified")) {
      return passed("SourceVerified", "The source was verified.");
    }
    return refused(
      "SourceNotVerified",
      `${environment.metadata.name} takes releases with a verified source only; the release's condition SourceVerified is not True.`,
    );
  },
};
