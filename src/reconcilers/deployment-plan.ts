import { pointerName, type ReleasePointerSpec, type ReleasePointerStatus } from "../api/index.ts";

/** What a pointer that may move has to do. */
export type DeploymentPlan =
  /** The last commit deploys this image already. */
  | { readonly type: "settled" }
  /** Begun in status; whether its commit was pushed is known to the repository alone. */
  | { readonly type: "resume"; readonly sequence: number; readonly name: string }
  | { readonly type: "begin" };

/** @param digest of the image that the pointer should deploy */
export function planDeployment(
  status: ReleasePointerStatus | undefined,
  digest: string,
): DeploymentPlan {
  const begun = status?.deployment;
  if (begun === undefined || begun.digest !== digest) return { type: "begin" };
  if (status?.git?.deployment === begun.name) return { type: "settled" };
  return { type: "resume", sequence: begun.sequence, name: begun.name };
}

/** The sequence in a deployment's name; 0 for none, and for the name of another pointer. */
export function sequenceOf(
  { environment, repository, project }: ReleasePointerSpec,
  name: string | undefined,
): number {
  const prefix = `${pointerName(environment, repository, project)}-`;
  if (name === undefined || !name.startsWith(prefix)) return 0;
  const sequence = name.slice(prefix.length);
  return /^[1-9][0-9]{0,9}$/.test(sequence) ? Number(sequence) : 0;
}
