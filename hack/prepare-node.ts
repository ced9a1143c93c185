// Installs and builds what a node is made of, where one can run at all: for the tests under test/e2e.
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { chosenMaker } from "../test/ground/cluster.ts";
import {
  cannotRunNode,
  lacksForNode,
  missingNodePackages,
} from "../test/ground/node-requirements.ts";
import { installPackages, mayInstallPackages } from "./debian-packages.ts";

const programs = [
  ...["kubelet", "kube-proxy", "kube-controller-manager", "kube-scheduler"],
  "pause",
];
const onKind = chosenMaker() === "kind";

if (!onKind && mayInstallPackages() && cannotRunNode() === undefined) {
  installPackages(missingNodePackages());
}
if (!onKind && lacksForNode() === undefined) {
  const build = join(import.meta.dirname, "..", "tools", "build.ts");
  const args = [build, ...programs];
  process.exitCode = spawnSync(process.execPath, args, { stdio: "inherit" }).status ?? 1;
}
