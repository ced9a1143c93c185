import { ForgeError } from "../../api/index.ts";

/** What a pointer file pins; all undefined where there is no file. */
export interface PinnedState {
  readonly deployment: string | undefined;
  readonly digest: string | undefined;
  readonly release: string | undefined;
}

/**
 * A fence: a controller that was paused, or that lost its memory, must not undo what another has
 * committed for the same pointer since. Throws DeploymentOutdated.
 */
export function refuseOutdated(carried: string, asked: string, path: string): void {
  const order = compareSequences(carried, asked);
  if (order === undefined || order < 0) return;
  const what = `${path} carries deployment ${carried}; ${asked} comes too late`;
  throw new ForgeError("DeploymentOutdated", what);
}

/**
 * Somebody changed what the file pins between the first attempt and this one: whoever asked for
 * the deployment has to decide again. An earlier deployment of the same pointer is no surprise: it
 * was on its way. Throws DeploymentOutdated.
 */
export function refuseConflict(
  basis: PinnedState | undefined,
  now: PinnedState,
  asked: string,
  path: string,
): void {
  if (basis === undefined) return;
  const { deployment, digest, release } = now;
  const isSame =
    basis.deployment === deployment && basis.digest === digest && basis.release === release;
  if (isSame) return;
  const isNews = deployment !== undefined && basis.deployment !== deployment;
  if (isNews && compareSequences(deployment, asked) === -1) return;
  const what = `${path} was changed by somebody else while deployment ${asked} was on its way`;
  throw new ForgeError("DeploymentOutdated", what, {
    hint: "forge looks at what stands in Git now, decides again and goes on.",
  });
}

/** -1, 0 or 1 for two deployments of the same pointer; undefined for others. */
export function compareSequences(left: string, right: string): -1 | 0 | 1 | undefined {
  const [first, second] = [left, right].map(splitId);
  if (first === undefined || first.pointer !== second?.pointer) return undefined;
  return Math.sign(first.sequence - second.sequence) as -1 | 0 | 1;
}

export function sequenceOf(id: string): number | undefined {
  return splitId(id)?.sequence;
}

function splitId(id: string): { pointer: string; sequence: number } | undefined {
  const [, pointer, sequence] = /^(.*)-([0-9]{1,15})$/.exec(id) ?? [];
  return pointer === undefined ? undefined : { pointer, sequence: Number(sequence) };
}
