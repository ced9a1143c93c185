import { passed, type Rule, refused } from "../decision.ts";
import { countedClaims, listed, rollbackExempt, uncounted } from "../wording.ts";

/** One of the release's triggers is of a type that the environment takes. */
export const triggers: Rule = {
  name: "triggers",
  judge: (input) => {
    const { environment } = input;
    const allowed = environment.spec.promotionPolicy.allowedTriggers;
    if (allowed.length === 0) return passed("AnyTrigger", "Every trigger may enter.");
    const exempt = rollbackExempt(input);
    if (exempt !== undefined) return exempt;
    const types = countedClaims(input).map((trigger) => trigger.type);
    const match = types.find((type) => allowed.includes(type));
    if (match !== undefined) {
      return passed("TriggerAllowed", `The release was triggered by ${match}.`, { pattern: match });
    }
    return refused(
      "TriggerNotAllowed",
      `${environment.metadata.name} takes releases triggered by ${listed(allowed)}; this one was triggered by ${listed(types)}.${uncounted(input)}`,
    );
  },
};
