import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { type Cluster, output, startCluster, startGitServer } from "../ground/index.ts";
import { gitCredentials, groundAddresses, groundUsers } from "../system/ground/ground-addresses.ts";

/** What tests of pods look at, besides the ground of the system tests. */
export interface NodeAddresses {
  /** This machine's address, as pods see it. */
  readonly hostAddress: string;
  /** Addresses that connections of pods to this machine come from. */
  readonly podAddresses: string;
  /** The API server's port, as pods reach it behind the address of its Service. */
  readonly apiServerPort: number;
  /** Stands in front of a command that runs in the node. */
  readonly enter: readonly [string, ...string[]];
  /** A folder of the node, for a volume. */
  readonly volume: string;
  /** In the registry; the node has the same one by another name. */
  readonly image: { readonly repository: string; readonly tag: string };
}

declare module "vitest" {
  export interface ProvidedContext {
    node: NodeAddresses;
  }
}

const root = join(import.meta.dirname, "..", "..");

/** Bundles the programs, and pushes the image of them as `make image` does; answers its archive. */
async function pushImage(reference: string, folder: string): Promise<string> {
  const archive = join(folder, "image.tar");
  const hack = (script: string, ...args: readonly string[]) =>
    output(process.execPath, [join(root, "hack", script), ...args], { timeoutMs: 300_000 });
  await hack("build.ts");
  await hack(
    "image/main.ts",
    `--platform=linux/${process.arch === "arm64" ? "arm64" : "amd64"}`,
    `--output=${archive}`,
    ...[`--push=${reference}`, "--plain-http"],
  );
  return archive;
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = mkdtempSync(join(tmpdir(), "forge-e2e-"));
  const cluster = await startCluster({ folder, users: Object.keys(groundUsers) });
  try {
    return await furnish(project, cluster, folder);
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

async function furnish(
  project: TestProject,
  cluster: Cluster,
  folder: string,
): Promise<() => Promise<void>> {
  const { registry, hostAddress, podAddresses, apiServerPort, enter } = cluster;
  const image = { repository: `${registry.host}/forge`, tag: "e2e" };
  const archive = await pushImage(`${image.repository}:${image.tag}`, folder);
  // And as kind and k3d load it, under the name that it gives itself.
  await cluster.loadImage(archive);
  const git = await startGitServer(join(folder, "git"), gitCredentials, hostAddress);
  const volume = "/var/lib/volumes/ledger";
  const [command, ...args] = enter;
  await output(command, [...args, "mkdir", "-p", volume]);
  project.provide("ground", groundAddresses(folder, cluster, registry, git));
  project.provide("node", { hostAddress, podAddresses, apiServerPort, enter, volume, image });
  return async () => {
    await git.process.stop();
    await cluster.stop();
    rmSync(folder, { recursive: true, force: true });
  };
}
