import type { PolicyInput } from "./decision.ts";
import { isLooser, type PolicyRules } from "./is-looser.ts";

type Approval = PolicyInput["approvals"][number];
type Environment = PolicyInput["environment"];

/** The rules of an Environment that an approval is bound to. */
export function rulesOf({ spec }: Pick<Environment, "spec">): PolicyRules {
  const { promotionPolicy, rollback, projects } = spec;
  return { promotionPolicy, rollback, ...(projects && { projects }) };
}

/**
 * Whether an approval was given under rules that are no looser now. One that the controller has not
 * bound yet counts where it names the Environment as it is.
 */
export function isBoundToRules({ metadata, spec, status }: Approval, environment: Environment) {
  if (status?.policy !== undefined) {
    const { rules } = status.policy;
    return rules !== undefined && !isLooser(rules, rulesOf(environment));
  }
  return namesPresent({ metadata, spec }, environment);
}

/** Whether the author saw the Environment as it is: one that was made again counts anew. */
export function namesPresent(
  { metadata, spec }: Pick<Approval, "metadata" | "spec">,
  environment: Pick<Environment, "metadata">,
): boolean {
  const { generation, creationTimestamp } = environment.metadata;
  return (
    spec.environmentGeneration === generation &&
    Date.parse(metadata.creationTimestamp) >= Date.parse(creationTimestamp)
  );
}
