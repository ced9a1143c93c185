import { ForgeError } from "../../api/index.ts";
import { ConcurrencyLimit, inSlices, type Sliced } from "../../concurrency/index.ts";
import type { GitObject } from "./git-object.ts";
import type { PackLimits } from "./pack-budget.ts";

/** Inflated bytes that any number of packs may take at the same time. */
const freeBytes = 16 * 1024 * 1024;

/**
 * One limit for the whole process. A pack of 500 KB can inflate to the limit, and several at once
 * exceed the container's memory. Reading is work of one thread, so that turns cost no throughput.
 */
const turnsOfLargePacks = new ConcurrencyLimit(1);

/**
 * Reads a pack; one that inflates to over 16 MiB starts over when its turn comes.
 * @throws what reading throws; the signal's reason when it is aborted
 */
export async function readInTurn(
  read: (limits: PackLimits) => Sliced<GitObject[]>,
  limits: PackLimits,
  signal: AbortSignal,
  turns: ConcurrencyLimit = turnsOfLargePacks,
): Promise<GitObject[]> {
  if (limits.totalBytes <= freeBytes) return inSlices(read(limits), signal);
  try {
    return await inSlices(read({ ...limits, totalBytes: freeBytes }), signal);
  } catch (error) {
    if (!(error instanceof ForgeError) || error.code !== "SourceTooLarge") throw error;
  }
  return turns.run(() => inSlices(read(limits), signal), signal);
}
