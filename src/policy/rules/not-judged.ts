import type { PromotionPolicy } from "../../api/index.ts";
import { passed, type Rule, refused } from "../decision.ts";
import { listed } from "../wording.ts";

/** What an environment may ask for and no rule judges yet: it refuses rather than looks away. */
function askedFor(policy: PromotionPolicy): string[] {
  return [
    ...(policy.requiresApproval ? ["requiresApproval"] : []),
    ...(policy.promotesFrom.length > 0 ? ["promotesFrom"] : []),
    ...(policy.freezes.length > 0 ? ["freezes"] : []),
  ];
}

export const notJudged: Rule = {
  name: "notJudged",
  judge: ({ environment }) => {
    const fields = askedFor(environment.spec.promotionPolicy);
    if (fields.length === 0) return passed("AllJudged", "Every rule of the environment is judged.");
    return refused(
      "RuleNotAvailable",
      `${environment.metadata.name} asks for ${listed(fields)}, which this version of forge cannot judge; remove it from promotionPolicy to deploy.`,
    );
  },
};
