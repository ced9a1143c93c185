// Installs and builds what a node is made of, where one can run at all: for the tests under test/e2e.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import {
  cannotRunNode,
  lacksForNode,
  missingNodePackages,
} from "../test/ground/node-requirements.ts";
import { installPackages, mayInstallPackages } from "./debian-packages.ts";

if (mayInstallPackages() && cannotRunNode() === undefined) {
  installPackages(missingNodePackages());
}
if (lacksForNode() === undefined) {
  const build = join(import.meta.dirname, "..", "tools", "build.ts");
  const args = [build, "kubelet", "pause"];
  process.exitCode = spawnSync(process.execPath, args, { stdio: "inherit" }).status ?? 1;
}
