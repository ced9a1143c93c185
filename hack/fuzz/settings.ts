/** Names the seed of a round to the processes that run it. */
export const seedVariable = "FORGE_FUZZ_SEED";

/** fast-check takes seeds of 32 bits. */
export const seedLimit = 2 ** 31;

export function isSeed(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < seedLimit;
}
