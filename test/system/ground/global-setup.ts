import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import {
  installKinds,
  Kubectl,
  processesOf,
  startControlPlane,
  startGitServer,
  startRegistry,
  stopByPid,
  waitForPolicies,
} from "../../ground/index.ts";
import { useBundledPrograms } from "./bundled-programs.ts";
import { bindPrograms, gitCredentials, groundAddresses, groundUsers } from "./ground-addresses.ts";

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), "forge-system-"));
  const [plane, registry, git] = await Promise.all([
    startControlPlane({ folder: join(folder, "control-plane"), users: groundUsers }),
    startRegistry(join(folder, "registry")),
    startGitServer(join(folder, "git"), gitCredentials),
    useBundledPrograms(join(folder, "programs")),
  ]);
  const kubectl = new Kubectl(plane.kubeconfig);
  await installKinds(kubectl);
  await bindPrograms(kubectl);
  await waitForPolicies(kubectl);
  project.provide("ground", groundAddresses(folder, plane, registry, git));
  return async () => {
    // What a test that failed halfway left behind.
    const known = [git.process, registry.process, ...plane.processes].map(({ pid }) => pid);
    const left = processesOf(folder).filter((pid) => !known.includes(pid));
    await Promise.all(left.map(stopByPid));
    await git.process.stop();
    await registry.process.stop();
    await plane.stop();
    rmSync(folder, { recursive: true, force: true });
  };
}
