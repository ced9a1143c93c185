// Installs what tests need beyond npm packages: `make setup`; with `linters`, what `make check` needs.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { installPythonTools } from "../tools/python/venv.ts";
import { installSpectral } from "../tools/spectral/install.ts";
import {
  debianPackages,
  installPackages,
  mayInstallPackages,
  missingPrograms,
} from "./debian-packages.ts";

const root = join(import.meta.dirname, "..");

const onlyLinters = process.argv[2] === "linters";
const programs = onlyLinters ? ["helm", "kube-score", "actionlint"] : [];
const build = [join(root, "tools", "build.ts"), ...programs];
const built = spawnSync(process.execPath, build, { stdio: "inherit" });
if (built.status !== 0) process.exit(built.status ?? 1);

const packageOf = (program: string) => debianPackages[program]?.package ?? program;
if (mayInstallPackages() && !onlyLinters) installPackages(missingPrograms().map(packageOf));
const missing = onlyLinters ? [] : missingPrograms();
for (const program of missing) {
  console.log(`setup: no ${program}: tests skipped: ${debianPackages[program]?.without}`);
}
if (missing.length > 0) {
  console.log(`setup: \`make setup APT=1\` installs ${missing.map(packageOf).join(", ")}`);
}
const refused = installPythonTools();
if (refused !== undefined) {
  console.log(`setup: skipped: schemathesis, a generated client and shellcheck: ${refused}`);
}
const unlinted = installSpectral();
if (unlinted !== undefined) console.log(`setup: skipped: Spectral: ${unlinted}`);
