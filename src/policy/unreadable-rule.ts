import type { PromotionPolicy } from "../api/index.ts";
import { readFreezes } from "./freeze-calendar.ts";
import { compileTagPattern } from "./tag-pattern.ts";

export interface UnreadableRule {
  /** As the rule itself would refuse for it. */
  readonly reason: string;
  readonly message: string;
}

/** What a person wrote into a policy that no rule can read: told before anything is refused for it. */
export function unreadableRule({
  allowedTags,
  freezes,
}: Pick<PromotionPolicy, "allowedTags" | "freezes">): UnreadableRule | undefined {
  const calendar = readFreezes(freezes);
  if ("problem" in calendar) {
    const { field, problem } = calendar;
    const message = `promotionPolicy.${field} cannot be read, so that nothing is deployed: ${problem}.`;
    return { reason: "FreezeInvalid", message };
  }
  const index = allowedTags.findIndex((pattern) => compileTagPattern(pattern).invalid);
  if (index === -1) return undefined;
  const message = `promotionPolicy.allowedTags[${index}] is no range of versions: ${allowedTags[index]}; it matches no tag.`;
  return { reason: "TagPatternInvalid", message };
}
