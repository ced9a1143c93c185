import { isDeepStrictEqual } from "node:util";
import {
  pointerName,
  type ReleasePointerSpec,
  type ReleasePointerStatus,
} from "../../api/index.ts";

export type Begun = NonNullable<ReleasePointerStatus["deployment"]>;

/** What should stand in Git. */
export interface Wanted {
  readonly digest: string;
  readonly target: Begun["target"];
}

/**
 * What a pointer has to do so that Git says what is wanted:
 * - settled: the last commit says it already;
 * - resume: it was begun, and is not in Git yet;
 * - begin: it is a deployment of its own.
 */
export type DeploymentPlan = "settled" | "resume" | "begin";

export function planDeployment(
  status: ReleasePointerStatus | undefined,
  { digest, target }: Wanted,
): DeploymentPlan {
  const begun = status?.deployment;
  if (begun === undefined || begun.digest !== digest) return "begin";
  if (!isDeepStrictEqual(begun.target, target)) return "begin";
  return isFinished(status) ? "settled" : "resume";
}

/** Whether the commit of the deployment that was begun last is known. */
export function isFinished(status: ReleasePointerStatus | undefined): boolean {
  return status?.deployment?.name === status?.git?.deployment;
}

/**
 * Git's word on a sequence is taken up to here: above a greater one there would be no room for the
 * deployments that follow, since a record takes 2^31 - 1 at most.
 */
const lastClaimed = 2_000_000_000;

/** The sequence in a deployment's name; 0 for none, and for the name of another pointer. */
export function sequenceOf(
  { environment, repository, project }: ReleasePointerSpec,
  name: string | undefined,
): number {
  const prefix = `${pointerName(environment, repository, project)}-`;
  if (name === undefined || !name.startsWith(prefix)) return 0;
  const sequence = name.slice(prefix.length);
  const number = /^[1-9][0-9]{0,9}$/.test(sequence) ? Number(sequence) : 0;
  return number <= lastClaimed ? number : 0;
}
