// Installs what tests and the demo need beyond npm packages: `make setup`.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { installPythonTools } from "../tools/python/venv.ts";
import { debianPackages, installPackages, missingPrograms } from "./debian-packages.ts";

const root = join(import.meta.dirname, "..");

const built = spawnSync(process.execPath, [join(root, "tools", "build.ts")], { stdio: "inherit" });
if (built.status !== 0) process.exit(built.status ?? 1);

installPackages(missingPrograms().map((program) => debianPackages[program]?.package ?? program));
for (const program of missingPrograms()) {
  console.log(`setup: ${program} is missing: ${debianPackages[program]?.without}`);
}
const refused = installPythonTools();
if (refused !== undefined) {
  console.log(`setup: the API is not tried by schemathesis and a generated client: ${refused}`);
}
