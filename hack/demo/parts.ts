import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import {
  argoCDNamespace,
  Forge,
  type GitServer,
  Kubectl,
  output,
  type Registry,
  type RunningProcess,
  startController,
  startControlPlane,
  startGitServer,
  startRegistry,
  stopByPid,
} from "../../test/ground/index.ts";

/** Of everything that the demo's people make. */
export const namespace = "shop";

export const root = join(import.meta.dirname, "..", "..");
/** Logs, data and the list of processes of the demo; not committed. */
export const folder = process.env["FORGE_DEMO_FOLDER"] ?? join(root, ".demo");
const stateFile = join(folder, "state.json");
const kindCluster = "forge-demo";

/** People of the demo, who have the rights that it gives them and no others. */
export const people = ["alice@company.com", "bob@company.com", "ci@company.com"] as const;
export type Person = (typeof people)[number];

/** What the demo runs on. */
export interface Parts {
  readonly kubectl: Kubectl;
  /** kubectl in the hands of one of the people. */
  readonly kubectlOf: (person: Person) => Kubectl;
  /** The forge command in the same hands, in the namespace of the demo. */
  readonly forgeOf: (person: Person) => Forge;
  readonly kubeconfig: string;
  readonly registry: Registry;
  readonly git: GitServer & { readonly credentials: NonNullable<GitServer["credentials"]> };
  /** Whether the story goes on to objects in the cluster. */
  readonly withArgoCD: boolean;
  /** Started once the CRDs are there. */
  readonly startController: () => Promise<void>;
  readonly processes: readonly RunningProcess[];
  /** Takes over processes, to be stopped with the others, and a folder of theirs to be removed. */
  add(more: readonly RunningProcess[], temporary?: string): void;
  stop(): Promise<void>;
}

interface SavedState {
  readonly kind: boolean;
  readonly processes: readonly { readonly name: string; readonly pid: number }[];
  readonly temporary: readonly string[];
}

export interface DemoOptions {
  /** "kind", or the demo's own control plane. */
  readonly cluster: string;
  readonly withArgoCD: boolean;
}

/** Starts a control plane (or kind), a registry and a git server on free loopback ports. */
export async function startParts({ cluster, withArgoCD }: DemoOptions): Promise<Parts> {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const processes: RunningProcess[] = [];
  const temporary: string[] = [];
  const add: Parts["add"] = (more, itsFolder) => {
    processes.push(...more);
    if (itsFolder !== undefined) temporary.push(itsFolder);
    const list = processes.map(({ name, pid }) => ({ name, pid }));
    const state: SavedState = { kind: cluster === "kind", processes: list, temporary };
    writeFileSync(stateFile, JSON.stringify(state));
  };
  const stop = async (): Promise<void> => {
    for (const process of processes.toReversed()) await process.stop();
    if (cluster === "kind") deleteKindCluster();
    removeAll(temporary);
    rmSync(stateFile, { force: true });
  };
  try {
    let kubeconfig: string;
    // Where the demo has no tokens for its people, the administrator impersonates them.
    let kubectlOf = (person: Person) => new Kubectl(kubeconfig, person);
    let kubeconfigOf = (person: Person) => impersonating(kubeconfig, person);
    if (cluster === "kind") {
      kubeconfig = await createKindCluster();
    } else {
      const plane = await startControlPlane({
        folder: join(folder, "control-plane"),
        users: Object.fromEntries(people.map((person) => [person, []])),
      });
      kubectlOf = (person) => new Kubectl(plane.kubeconfigFor(person));
      kubeconfigOf = (person) => plane.kubeconfigFor(person);
      add(plane.processes);
      ({ kubeconfig } = plane);
    }
    const registry = await startRegistry(join(folder, "registry"));
    add([registry.process]);
    const credentials = { username: "forge", password: "demo-password" };
    const git = await startGitServer(join(folder, "git"), credentials);
    add([git.process]);
    return {
      kubectl: new Kubectl(kubeconfig),
      kubectlOf,
      forgeOf: (person) => new Forge(kubeconfigOf(person), namespace),
      kubeconfig,
      registry,
      git: { ...git, credentials },
      withArgoCD,
      processes,
      add,
      startController: async () => {
        const { process } = await startController({
          kubeconfig,
          registry: `${registry.host}/releases`,
          logFile: join(folder, "forge-controller.log"),
          args: withArgoCD ? [`--argocd-namespace=${argoCDNamespace}`] : [],
        });
        add([process]);
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Stops what an earlier `make demo KEEP=1` left running. */
export async function stopKept(): Promise<void> {
  if (!existsSync(stateFile)) {
    process.stdout.write("nothing of the demo is running\n");
    return;
  }
  const state = JSON.parse(readFileSync(stateFile, "utf8")) as SavedState;
  for (const { name, pid } of state.processes.toReversed()) {
    const stopped = await stopByPid(pid);
    process.stdout.write(`${name} (${pid}) ${stopped ? "stopped" : "had ended"}\n`);
  }
  if (state.kind) deleteKindCluster();
  removeAll(state.temporary);
  rmSync(stateFile, { force: true });
}

function removeAll(folders: readonly string[]): void {
  for (const one of folders) rmSync(one, { recursive: true, force: true });
}

async function createKindCluster(): Promise<string> {
  const file = join(folder, "kubeconfig");
  const created = spawnSync(
    "kind",
    ["create", "cluster", "--name", kindCluster, "--config", join(root, "kind-config.yaml")],
    { stdio: "inherit" },
  );
  if (created.status !== 0) {
    throw new Error(
      "CLUSTER=kind needs kind and a container engine; without it the demo needs neither",
    );
  }
  writeFileSync(file, await output("kind", ["get", "kubeconfig", "--name", kindCluster]), {
    mode: 0o600,
  });
  return file;
}

/** The administrator's kubeconfig, in somebody's name. */
function impersonating(kubeconfig: string, person: Person): string {
  const config = parse(readFileSync(kubeconfig, "utf8")) as { users: { user: object }[] };
  const users = config.users.map((one) => ({ ...one, user: { ...one.user, as: person } }));
  const file = join(folder, `kubeconfig-${person}`);
  writeFileSync(file, JSON.stringify({ ...config, users }), { mode: 0o600 });
  return file;
}

function deleteKindCluster(): void {
  spawnSync("kind", ["delete", "cluster", "--name", kindCluster], { stdio: "inherit" });
}
