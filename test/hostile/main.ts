// Sends hostile inputs to running programs: `make test-hostile`.
//   node test/hostile/main.ts [--seconds 600] [--seed N] [--surface NAME]
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import { variables } from "./settings.ts";

const { values } = parseArgs({
  options: {
    seconds: { type: "string", default: "600" },
    seed: { type: "string", default: "" },
    surface: { type: "string", default: "" },
  },
});
const env = {
  ...process.env,
  [variables.seconds]: values.seconds,
  [variables.seed]: values.seed,
  [variables.surface]: values.surface,
};
const done = spawnSync("vitest", ["run", "--project", "hostile"], { env, stdio: "inherit" });
process.exit(done.status ?? 1);
