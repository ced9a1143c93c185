import type {
  Environment,
  Release,
  ReleaseApproval,
  ReleaseDeployment,
  ReleasePointer,
} from "../api/index.ts";
import { type Decision, evaluate } from "../policy/index.ts";
import { runsOf } from "./runs.ts";

/** What is known of the place and the release; lists may hold more than the question is about. */
export interface Known {
  readonly environment: Environment;
  readonly release: Release;
  /** As it is, or as it would be: the request decides with the rest. */
  readonly pointer: Pick<ReleasePointer, "spec" | "status">;
  readonly approvals: readonly ReleaseApproval[];
  /** Records of the project's deployments, in any environment. */
  readonly deployments: readonly Pick<ReleaseDeployment, "metadata" | "spec" | "status">[];
  /** The project's pointers: what is said of the health of what runs. */
  readonly pointers: readonly Pick<ReleasePointer, "spec" | "status">[];
}

/** Asks the policy, from lists as they were read: the one way in which forge decides. */
export function judgeRelease({ deployments, pointers, ...known }: Known, now: Date): Decision {
  const { metadata, spec } = known.environment;
  const before = spec.promotionPolicy.promotesFrom.map((entry) => entry.environment);
  const places = new Set([metadata.name, ...before]);
  const looked = deployments.filter((record) => places.has(record.spec.environment));
  return evaluate({ ...known, runs: runsOf(looked, pointers, now), now });
}
