// Runs every property test again and again, each round with a seed of its own: `make fuzz`.
//   node hack/fuzz/main.ts [--seconds 600] [--seed N]
// It starts no round after its time and ends with 1 at the first round that fails. With --seed it
// runs one round: that seed alone.
import { spawnSync } from "node:child_process";
import { randomInt } from "node:crypto";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { propertyTests } from "./property-tests.ts";
import { isSeed, seedLimit, seedVariable } from "./settings.ts";

/** A round takes seconds; one that hangs must not take the night. */
const roundMs = 600_000;
const config = join(import.meta.dirname, "vitest.config.ts");

const { values } = parseArgs({
  options: { seconds: { type: "string", default: "600" }, seed: { type: "string" } },
});
const seconds = Number(values.seconds);
if (!Number.isInteger(seconds) || seconds < 1 || seconds > 86_400) {
  reject("--seconds", "a whole number from 1 to 86400");
}
const given = values.seed === undefined ? undefined : Number(values.seed);
if (given !== undefined && !isSeed(given)) {
  reject("--seed", `a whole number from 0 to ${seedLimit - 1}`);
}

function reject(flag: string, wanted: string): never {
  console.error(`fuzz: ${flag}: give ${wanted}`);
  process.exit(2);
}

function passes(seed: number): boolean {
  const done = spawnSync("vitest", ["run", "--config", config], {
    encoding: "utf8",
    env: { ...process.env, [seedVariable]: String(seed) },
    maxBuffer: 1 << 26,
    timeout: roundMs,
  });
  if (done.status === 0) return true;
  console.log(done.error?.message ?? done.stdout + done.stderr);
  return false;
}

const started = performance.now();
const deadline = given === undefined ? started + seconds * 1_000 : started;
console.log(`fuzz: rounds of the properties in ${propertyTests().length} files`);
let rounds = 0;
do {
  const seed = given ?? randomInt(seedLimit);
  console.log(`fuzz: round ${rounds + 1}, seed ${seed}`);
  if (!passes(seed)) {
    console.log(`fuzz: round ${rounds + 1} failed: repeat it with \`make fuzz SEED=${seed}\``);
    process.exit(1);
  }
  rounds += 1;
} while (performance.now() < deadline);
const took = Math.round((performance.now() - started) / 1_000);
console.log(`fuzz: ${rounds} rounds passed in ${took} s`);
