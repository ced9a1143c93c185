import { pick, seededRandom } from "../soak/random.ts";

export { pick, seededRandom };

/** Numbers from 0 to 1, the same for the same seed. */
export type Random = () => number;

/** A whole number from 0 to below the limit. */
export function below(random: Random, limit: number): number {
  return Math.floor(random() * limit);
}

export function randomBytes(random: Random, count: number): Buffer {
  return Buffer.from(Array.from({ length: count }, () => below(random, 256)));
}

export function shuffled<Item>(random: Random, items: readonly Item[]): Item[] {
  const left = [...items];
  return items.map(() => left.splice(below(random, left.length), 1)).flat();
}

/** Changes bytes, cuts the end or repeats a part, as a fuzzer does. */
export function mutated(random: Random, original: Buffer): Buffer {
  const bytes = Buffer.from(original);
  const changes = 1 + below(random, 8);
  for (let change = 0; change < changes && bytes.length > 0; change++) {
    bytes[below(random, bytes.length)] = below(random, 256);
  }
  const at = below(random, bytes.length + 1);
  const part = bytes.subarray(at, at + below(random, 1_000));
  return pick(random, [
    bytes,
    bytes.subarray(0, at),
    Buffer.concat([bytes.subarray(0, at), part, bytes.subarray(at)]),
  ]);
}
