// Installs what tests and the demo need beyond npm packages: `make setup`.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import {
  cannotRunNode,
  lacksForNode,
  missingNodePackages,
} from "../test/ground/node-requirements.ts";
import { installPythonTools } from "../tools/python/venv.ts";
import { debianPackages, missingPrograms } from "./debian-packages.ts";

const root = join(import.meta.dirname, "..");

function buildTools(...names: readonly string[]): number {
  const args = [join(root, "tools", "build.ts"), ...names];
  return spawnSync(process.execPath, args, { stdio: "inherit" }).status ?? 1;
}

const status = buildTools();
if (status !== 0) process.exit(status);

function attempt(command: string, ...args: string[]): boolean {
  const done = spawnSync(command, args, {
    stdio: ["ignore", "ignore", "pipe"],
    env: { ...process.env, DEBIAN_FRONTEND: "noninteractive" },
    timeout: 600_000,
  });
  return done.status === 0;
}

/** Installs Debian packages, where that is allowed. */
function install(packages: readonly string[]): void {
  if (packages.length === 0 || !attempt("apt-get", "--version")) return;
  const sudo = process.getuid?.() === 0 ? [] : ["sudo", "-n"];
  const apt = (...args: string[]): boolean => {
    const [command = "apt-get", ...rest] = [...sudo, "apt-get", ...args];
    return attempt(command, ...rest);
  };
  console.log(`setup: installing ${packages.join(", ")}`);
  // The list of packages may be absent or old: ask for it only when the first try fails.
  const args = ["install", "--yes", "--no-install-recommends", ...packages];
  if (!apt(...args) && apt("update")) apt(...args);
}

install(missingPrograms().map((program) => debianPackages[program]?.package ?? program));
if (cannotRunNode() === undefined) install(missingNodePackages());
for (const program of missingPrograms()) {
  console.log(`setup: ${program} is missing: ${debianPackages[program]?.without}`);
}
const lack = lacksForNode();
if (lack !== undefined) console.log(`setup: the chart is not tried on a node: ${lack}`);
else if (buildTools("kubelet", "pause") !== 0)
  console.log("setup: the chart is not tried on a node: the kubelet was not built");
const refused = installPythonTools();
if (refused !== undefined) {
  console.log(`setup: the API is not tried by schemathesis and a generated client: ${refused}`);
}
