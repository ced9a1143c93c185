// Runs the linters of the field side by side; those that are not installed are named, and fail in CI.
import { crds } from "./crds.ts";
import { kubeScore } from "./kube-score.ts";
import type { Linter } from "./linter.ts";
import { actionlint, shellcheck } from "./shell.ts";
import { spectral } from "./spectral.ts";

const strict = process.env["CI"] === "true";

/** Whether it found nothing. */
async function passes({ name, missing, run }: Linter): Promise<boolean> {
  const lack = missing();
  if (lack !== undefined) {
    console.log(`${name}: left out: ${lack}`);
    return !strict;
  }
  const found = await run();
  if (found !== "") console.log(`${name}:\n${found.trimEnd()}`);
  return found === "";
}

const linters = [kubeScore, spectral, crds, actionlint, shellcheck];
const passed = await Promise.all(linters.map(passes));
process.exit(passed.every(Boolean) ? 0 : 1);
