import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { output } from "./command.ts";

/** A cluster of one node that kind runs in a container. */
export interface Kind {
  readonly kubeconfig: string;
  /** Stands in front of a command that runs in the node; its standard input is passed on. */
  readonly enter: readonly [string, ...string[]];
  /** Loads an image from an archive, under the name that it gives itself. */
  loadImage(archive: string): Promise<void>;
  delete(): Promise<void>;
}

export interface KindOptions {
  readonly name: string;
  /** For its configuration and its kubeconfig. */
  readonly folder: string;
  /** More of kind's configuration than kind-config.yaml has. */
  readonly config?: object;
}

const root = join(import.meta.dirname, "..", "..");
// The first cluster of a machine waits for an image of about a gigabyte.
const createWithinMs = 900_000;
const runWithinMs = 300_000;

/** Names what kind lacks on this machine and what to do, in a line; undefined when it can run. */
export function lacksForKind(): string | undefined {
  const engine = spawnSync("docker", ["info"], { encoding: "utf8", timeout: 20_000 });
  const isInstalled = (engine.error as NodeJS.ErrnoException | undefined)?.code !== "ENOENT";
  if (!isInstalled)
    return "CLUSTER=kind needs a container engine: install Docker, or leave CLUSTER out";
  if (engine.status !== 0) {
    const lines = `${engine.stderr ?? ""}`.trim().split("\n");
    const said = lines.find((line) => /error/i.test(line)) ?? lines[0] ?? "";
    const reason = said.replace(/^error:\s*/i, "") || "no answer within 20 s";
    return `CLUSTER=kind needs a container engine that answers: start it, or leave CLUSTER out (docker info: ${reason})`;
  }
  const kind = spawnSync("kind", ["version"], { stdio: "ignore", timeout: 20_000 });
  if (kind.status === 0) return undefined;
  return "CLUSTER=kind needs kind on the PATH: https://kind.sigs.k8s.io/docs/user/quick-start, or leave CLUSTER out";
}

/** Creates a cluster, in place of one of the same name that was left behind. */
export async function createKind({ name, folder, config = {} }: KindOptions): Promise<Kind> {
  const lack = lacksForKind();
  if (lack !== undefined) throw new Error(lack);
  const kubeconfig = join(folder, "kubeconfig");
  const configFile = join(folder, "kind.json");
  const base = parse(readFileSync(join(root, "kind-config.yaml"), "utf8")) as object;
  writeFileSync(configFile, JSON.stringify({ ...base, ...config, name }));
  // Without --kubeconfig kind writes to the user's own.
  const ours = ["--name", name, "--kubeconfig", kubeconfig];
  const remove = async (): Promise<void> => {
    await output("kind", ["delete", "cluster", ...ours], { timeoutMs: runWithinMs });
  };
  await remove();
  try {
    await output("kind", ["create", "cluster", ...ours, "--config", configFile, "--wait", "3m"], {
      timeoutMs: createWithinMs,
    });
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    kubeconfig,
    enter: ["docker", "exec", "--interactive", `${name}-control-plane`],
    loadImage: async (archive) => {
      const args = ["load", "image-archive", archive, "--name", name];
      await output("kind", args, { timeoutMs: runWithinMs });
    },
    delete: remove,
  };
}

/** Deletes a cluster that an earlier process created. */
export async function deleteKind(name: string, folder: string): Promise<void> {
  const args = ["delete", "cluster", "--name", name, "--kubeconfig", join(folder, "kubeconfig")];
  await output("kind", args, { timeoutMs: runWithinMs });
}

/** The network that kind's nodes are in: its addresses, and this machine's own among them. */
export interface EngineNetwork {
  readonly hostAddress: string;
  readonly range: string;
}

interface InspectedNetwork {
  readonly IPAM: {
    readonly Config: readonly { readonly Subnet?: string; readonly Gateway?: string }[];
  };
}

/** @throws Error when the engine runs on another machine, whose containers do not reach this one */
export async function kindNetwork(): Promise<EngineNetwork> {
  const [network] = JSON.parse(
    await output("docker", ["network", "inspect", "kind"]),
  ) as InspectedNetwork[];
  const ipv4 = network?.IPAM.Config.find(({ Subnet = "" }) => Subnet.includes("."));
  const [hostAddress, range] = [ipv4?.Gateway, ipv4?.Subnet];
  const own = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  if (range === undefined || !own.some(({ address }) => address === hostAddress)) {
    throw new Error(
      `CLUSTER=kind needs an engine on this machine for tests of pods: ${hostAddress ?? "the network kind"} is no address of it. Leave CLUSTER out, or run on Linux`,
    );
  }
  return { hostAddress: hostAddress ?? "", range };
}
