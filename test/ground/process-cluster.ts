import { mkdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { requireTool } from "../../tools/locate.ts";
import type { Cluster, ClusterOptions } from "./cluster.ts";
import { startClusterControllers } from "./cluster-controllers.ts";
import { output } from "./command.ts";
import { startControlPlane } from "./control-plane.ts";
import { startMachine } from "./machine.ts";
import { startNode } from "./node.ts";
import { startRegistry } from "./registry.ts";

/**
 * Starts a control plane, a node and a registry as processes of this machine; `lacksForNode` says
 * whether it can be done here.
 */
export async function startProcessCluster({ folder, users }: ClusterOptions): Promise<Cluster> {
  mkdirSync(folder, { recursive: true });
  const machine = await startMachine(folder);
  const parts: { stop(): Promise<void> }[] = [];
  const stop = async (): Promise<void> => {
    // First, since the API server waits for those that watch.
    await machine.stop();
    for (const part of parts.toReversed()) await part.stop();
  };
  try {
    const { hostAddress, podRange } = machine;
    const registry = await startRegistry(join(folder, "registry"), { address: hostAddress });
    parts.push(registry.process);
    const plane = await startControlPlane({
      folder: join(folder, "control-plane"),
      users: Object.fromEntries(users.map((user) => [user, []])),
      ...{ address: hostAddress, serviceAccounts: true },
      apiServerArgs: ["--kubelet-preferred-address-types=InternalIP"],
    });
    parts.push(plane);
    parts.push(...(await startClusterControllers(plane, folder)));
    await startNode(machine, {
      folder: join(folder, "node"),
      kubeconfig: plane.kubeconfig,
      registry: registry.host,
      pauseImage: await pushPause(registry.host, folder),
    });
    const { url, kubeconfig, auditLog, kubeconfigFor } = plane;
    return {
      ...{ url, kubeconfig, auditLog, registry, hostAddress, stop },
      apiServerPort: Number(new URL(url).port),
      kubeconfigFor: (user) => kubeconfigFor(user),
      podAddresses: podRange,
      enter: machine.enter,
      loadImage: async (archive) => {
        await machine.run("ctr", "--namespace=k8s.io", "images", "import", archive);
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** The image of one static program, which holds a pod's namespaces. */
async function pushPause(registry: string, folder: string): Promise<string> {
  const image = `${registry}/pause:1`;
  const layer = join(folder, "pause.tar");
  await output("tar", ["-cf", layer, "-C", dirname(requireTool("pause")), "pause"]);
  const crane = requireTool("crane");
  const platform = `linux/${process.arch === "arm64" ? "arm64" : "amd64"}`;
  await output(crane, ["append", "--insecure", "--oci-empty-base", "-f", layer, "-t", image]);
  const change = ["--entrypoint=/pause", `--set-platform=${platform}`, "-t", image];
  await output(crane, ["mutate", "--insecure", ...change, image]);
  return image;
}
