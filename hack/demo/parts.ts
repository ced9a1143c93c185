import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  argoCDNamespace,
  createKind,
  deleteKind,
  Forge,
  type GitServer,
  isAlive,
  Kubectl,
  type Registry,
  type RunningProcess,
  startController,
  startControlPlane,
  startGitServer,
  startRegistry,
  stopByPid,
  writeKubeconfig,
} from "../../test/ground/index.ts";
import { root } from "./root.ts";
import type { DemoShape } from "./tools.ts";

/** Of everything that the demo's people make. */
export const namespace = "shop";

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

/** Whether something of an earlier demo runs, whose data the next one would remove. */
function isKept(): boolean {
  if (!existsSync(stateFile)) return false;
  const state = JSON.parse(readFileSync(stateFile, "utf8")) as SavedState;
  return state.kind || state.processes.some(({ pid }) => isAlive(pid));
}

/** Starts a control plane (or kind), a registry and a git server on free loopback ports. */
export async function startParts({ cluster, withArgoCD }: DemoShape): Promise<Parts> {
  if (isKept()) throw new Error("an earlier demo still runs: end it with `make demo-stop`");
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
  let deleteCluster = async (): Promise<void> => undefined;
  const stop = async (): Promise<void> => {
    for (const process of processes.toReversed()) await process.stop();
    await deleteCluster();
    removeAll(temporary);
    rmSync(stateFile, { force: true });
  };
  try {
    let kubeconfig: string;
    let kubeconfigOf: (person: Person) => string;
    if (cluster === "kind") {
      const kind = await createKind({ name: kindCluster, folder });
      deleteCluster = kind.delete;
      ({ kubeconfig } = kind);
      // kind gives the demo's people no tokens: the administrator impersonates them.
      kubeconfigOf = (person) =>
        writeKubeconfig(join(folder, `kubeconfig-${person}`), kind.kubeconfig, { as: person });
      add([]);
    } else {
      const plane = await startControlPlane({
        folder: join(folder, "control-plane"),
        users: Object.fromEntries(people.map((person) => [person, []])),
      });
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
      kubectlOf: (person) => new Kubectl(kubeconfigOf(person)),
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
  if (state.kind) await deleteKind(kindCluster, folder);
  removeAll(state.temporary);
  rmSync(stateFile, { force: true });
}

function removeAll(folders: readonly string[]): void {
  for (const one of folders) rmSync(one, { recursive: true, force: true });
}
