import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Machine } from "./machine.ts";
import { networkPlugins } from "./node-requirements.ts";
import type { RunningProcess } from "./process.ts";

export interface ContainerdOptions {
  readonly folder: string;
  /** host:port of the registry that is spoken to in plain http. */
  readonly registry: string;
  /** Image of the container that holds a pod's namespaces. */
  readonly pauseImage: string;
}

/** Where the kubelet finds it, in the machine. */
export const containerdSocket = "/run/containerd/containerd.sock";

/** Starts containerd with runc in a machine, and a bridge for its pods. */
export async function startContainerd(
  machine: Machine,
  { folder, registry, pauseImage }: ContainerdOptions,
): Promise<RunningProcess> {
  const [networks, registries] = [join(folder, "networks"), join(folder, "registries")];
  const hosts = join(registries, registry);
  for (const place of [networks, hosts]) mkdirSync(place, { recursive: true });
  const url = `http://${registry}`;
  writeFileSync(
    join(hosts, "hosts.toml"),
    `server = "${url}"\n[host."${url}"]\ncapabilities = ["pull", "resolve"]\n`,
  );
  writeFileSync(join(networks, "pods.conflist"), JSON.stringify(network(machine.podRange)));
  const config = join(folder, "containerd.toml");
  writeFileSync(
    config,
    `version = 2
[plugins."io.containerd.grpc.v1.cri"]
  sandbox_image = "${pauseImage}"
  # Scores below the parent's own take a capability that virtual machines may lack.
  restrict_oom_score_adj = true
  [plugins."io.containerd.grpc.v1.cri".containerd.runtimes.runc]
    runtime_type = "io.containerd.runc.v2"
  [plugins."io.containerd.grpc.v1.cri".cni]
    bin_dir = "${networkPlugins}"
    conf_dir = "${networks}"
  [plugins."io.containerd.grpc.v1.cri".registry]
    config_path = "${registries}"
`,
  );
  return machine.start({
    name: "containerd",
    command: "containerd",
    args: [`--config=${config}`],
    logFile: join(folder, "containerd.log"),
    ready: async () => (await machine.run("ctr", "version")).includes("Server:"),
  });
}

/** Container Network Interface, version 1.0.0. */
function network(podRange: string): object {
  return {
    cniVersion: "1.0.0",
    name: "pods",
    plugins: [
      {
        type: "bridge",
        bridge: "pods0",
        isGateway: true,
        hairpinMode: true,
        ipam: {
          type: "host-local",
          ranges: [[{ subnet: podRange }]],
          routes: [{ dst: "0.0.0.0/0" }],
        },
      },
    ],
  };
}
