import type {
  Release,
  ReleaseApproval,
  ReleaseDeployment,
  ReleasePointer,
} from "../../api/index.ts";
import type { Fact } from "../ports.ts";
import { approvalFacts, deletedApproval } from "./approval-facts.ts";
import { decisionFacts } from "./decision-facts.ts";
import { deploymentFacts } from "./deployment-facts.ts";
import { releaseFacts } from "./release-facts.ts";

/** The kinds that history is kept of. */
export type RecordedObject = Release | ReleaseDeployment | ReleaseApproval | ReleasePointer;

/** What an object tells as it stands: the same facts each time that it is seen; none of other kinds. */
export function factsOf(object: RecordedObject): Fact[] {
  switch (object.kind) {
    case "Release":
      return releaseFacts(object as Release);
    case "ReleaseDeployment":
      return deploymentFacts(object as ReleaseDeployment);
    case "ReleaseApproval":
      return approvalFacts(object as ReleaseApproval);
    case "ReleasePointer":
      return decisionFacts(object as ReleasePointer);
    default:
      return [];
  }
}

/** What is still to be told of an object that was deleted. */
export function lastFactsOf(object: RecordedObject): Fact[] {
  const facts = factsOf(object);
  return object.kind === "ReleaseApproval"
    ? [...facts, deletedApproval(object as ReleaseApproval)]
    : facts;
}
