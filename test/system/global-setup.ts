import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import {
  type ControlPlane,
  Kubectl,
  processesOf,
  startControlPlane,
  startGitServer,
  startRegistry,
  stopByPid,
} from "../ground/index.ts";
import { waitForPolicies } from "./policies-in-force.ts";

/** What every system test runs against; each test makes a namespace and repositories of its own. */
export interface GroundAddresses {
  readonly folder: string;
  readonly apiServer: string;
  /** For the administrator. */
  readonly kubeconfig: string;
  /** For the user that the controller runs as, with the ClusterRole forge-controller alone. */
  readonly controllerKubeconfig: string;
  /** For the user that the server runs as, with the ClusterRole forge-server alone. */
  readonly serverKubeconfig: string;
  /** For people without any right: tests bind them to roles in namespaces of their own. */
  readonly people: Readonly<Record<Person, string>>;
  readonly auditLog: string;
  readonly registry: string;
  readonly gitUrl: string;
  readonly gitRoot: string;
  readonly gitCredentials: { readonly username: string; readonly password: string };
}

const names = ["alice", "bob", "carol", "dave"] as const;
export type Person = (typeof names)[number];

export const controllerUser = "forge-controller";
export const serverUser = "forge-server";

/** Users without any right or group. */
export const groundUsers = Object.fromEntries(
  [...names, controllerUser, serverUser].map((name) => [name, []]),
);

export function peopleOf(plane: ControlPlane): GroundAddresses["people"] {
  return Object.fromEntries(
    names.map((name) => [name, plane.kubeconfigFor(name)]),
  ) as GroundAddresses["people"];
}

declare module "vitest" {
  export interface ProvidedContext {
    ground: GroundAddresses;
  }
}

const crds = join(import.meta.dirname, "..", "..", "crds");

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), "forge-system-"));
  const plane = await startControlPlane({
    folder: join(folder, "control-plane"),
    users: groundUsers,
  });
  const registry = await startRegistry(join(folder, "registry"));
  const gitCredentials = { username: "forge", password: "s3cret-of-the-tests" };
  const git = await startGitServer(join(folder, "git"), gitCredentials);
  const kubectl = new Kubectl(plane.kubeconfig);
  await kubectl.output(["apply", "-f", crds]);
  await kubectl.output(["wait", "--for=condition=Established", "crd", "--all", "--timeout=60s"]);
  for (const user of [controllerUser, serverUser]) {
    const binding = ["clusterrolebinding", user, `--clusterrole=${user}`, `--user=${user}`];
    await kubectl.output(["create", ...binding]);
  }
  await waitForPolicies(kubectl);
  project.provide("ground", {
    folder,
    apiServer: plane.url,
    kubeconfig: plane.kubeconfig,
    controllerKubeconfig: plane.kubeconfigFor(controllerUser),
    serverKubeconfig: plane.kubeconfigFor(serverUser),
    people: peopleOf(plane),
    auditLog: plane.auditLog,
    registry: registry.host,
    gitUrl: git.url,
    gitRoot: git.root,
    gitCredentials,
  });
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
