// Installs what tests and the demo need beyond npm packages: `make setup`.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { installPythonTools } from "../tools/python/venv.ts";
import { debianPackages, missingPrograms } from "./debian-packages.ts";

const root = join(import.meta.dirname, "..");
const built = spawnSync(process.execPath, [join(root, "tools", "build.ts")], { stdio: "inherit" });
if (built.status !== 0) process.exit(built.status ?? 1);

function attempt(command: string, ...args: string[]): boolean {
  const done = spawnSync(command, args, {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    timeout: 600_000,
  });
  return done.status === 0;
}

const missing = missingPrograms();
if (missing.length > 0 && attempt("apt-get", "--version")) {
  const packages = missing.map((program) => debianPackages[program]?.package ?? program);
  const sudo = process.getuid?.() === 0 ? [] : ["sudo", "-n"];
  const apt = (...args: string[]): boolean => {
    const [command = "apt-get", ...rest] = [...sudo, "apt-get", ...args];
    return attempt(command, ...rest);
  };
  console.log(`setup: installing ${packages.join(", ")}`);
  // The list of packages may be absent or old: ask for it only when the first try fails.
  const install = ["install", "--yes", "--no-install-recommends", ...packages];
  if (!apt(...install) && apt("update")) apt(...install);
}
for (const program of missingPrograms()) {
  console.log(`setup: ${program} is missing: ${debianPackages[program]?.without}`);
}
const refused = installPythonTools();
if (refused !== undefined) {
  console.log(`setup: the API is not tried by schemathesis and a generated client: ${refused}`);
}
