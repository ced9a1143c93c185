// Runs a benchmark: `make bench B=release`. Exits 0 when it ran to its end, whatever the figures.
import { api } from "./api.ts";
import { cli } from "./cli.ts";
import { controller } from "./controller.ts";
import { delivery } from "./delivery.ts";
import { firstRun } from "./first-run.ts";
import { type Benchmark, publish } from "./frame.ts";
import { gitops } from "./gitops.ts";
import { image } from "./image.ts";
import { ledger } from "./ledger.ts";
import { oci } from "./oci.ts";
import { packs } from "./packs.ts";
import { plugin } from "./plugin.ts";
import { policy } from "./policy.ts";
import { release } from "./release.ts";
import { render } from "./render.ts";
import { suite } from "./suite.ts";

const benchmarks: readonly Benchmark[] = [
  api,
  cli,
  controller,
  delivery,
  firstRun,
  gitops,
  image,
  ledger,
  oci,
  packs,
  plugin,
  policy,
  release,
  render,
  suite,
];

const [name, ...args] = process.argv.slice(2);
const benchmark = benchmarks.find((known) => known.name === name);
if (benchmark === undefined) {
  process.stderr.write(`Which benchmark? make bench B=<name>\n`);
  for (const { name: known, about } of benchmarks) process.stderr.write(`  ${known}: ${about}\n`);
  process.exit(2);
}
// An exit ends what was started; a signal alone would leave it running.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(130));
const result = await benchmark.run((text) => process.stderr.write(`${text}\n`), args);
publish(benchmark, result);
