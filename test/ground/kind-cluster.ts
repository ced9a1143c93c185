import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Cluster, ClusterOptions } from "./cluster.ts";
import { Kubectl, output } from "./command.ts";
import { createKind, type Kind, kindNetwork } from "./kind.ts";
import { serverOf, writeKubeconfig } from "./kubeconfig.ts";
import { startRegistry } from "./registry.ts";

/** Where kubeadm has the API server listen, in the node. */
const apiServerPort = 6443;

const kubelet = {
  kind: "KubeletConfiguration",
  // Else an image that was pulled may not be used by the name under which it was loaded.
  imagePullCredentialsVerificationPolicy: "NeverVerify",
};

/** Creates a cluster with kind, and starts a registry on this machine that its node pulls from. */
export async function startKindCluster(
  { folder, users }: ClusterOptions,
  name = "forge-e2e",
): Promise<Cluster> {
  mkdirSync(folder, { recursive: true });
  const config = { kubeadmConfigPatches: [JSON.stringify(kubelet)] };
  const kind = await createKind({ name, folder, config });
  const parts: { stop(): Promise<void> }[] = [{ stop: kind.delete }];
  const stop = async (): Promise<void> => {
    for (const part of parts.toReversed()) await part.stop();
  };
  try {
    const { hostAddress, range } = await kindNetwork();
    const registry = await startRegistry(join(folder, "registry"), { address: hostAddress });
    parts.push(registry.process);
    await trustRegistry(kind, registry.host);
    const kubeconfig = await administrator(kind, folder);
    // No user has a token here: the administrator impersonates them, and policies judge them.
    const files = new Map(
      users.map((user) => [
        user,
        writeKubeconfig(join(folder, `kubeconfig-${user}`), kubeconfig, { as: user }),
      ]),
    );
    return {
      ...{ url: serverOf(kubeconfig), apiServerPort, kubeconfig, registry, hostAddress, stop },
      // Outside of the cluster a pod's connections come from the node's address.
      podAddresses: range,
      enter: kind.enter,
      loadImage: kind.loadImage,
      kubeconfigFor: (user) => {
        const file = files.get(user);
        if (file === undefined) throw new Error(`the cluster has no user ${user}`);
        return file;
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * Has the node pull from a registry in plain http: kind's manual, "Local Registry". containerd reads
 * the file at each pull.
 */
export async function trustRegistry({ enter }: Kind, host: string): Promise<void> {
  const folder = `/etc/containerd/certs.d/${host}`;
  const [command, ...args] = enter;
  const write = `mkdir -p "$0" && cat > "$0/hosts.toml"`;
  const url = `http://${host}`;
  await output(command, [...args, "sh", "-c", write, folder], {
    input: `server = "${url}"\n[host."${url}"]\ncapabilities = ["pull", "resolve"]\n`,
  });
}

/** kind's own administrator has a certificate, and some tests need a token: a ServiceAccount's. */
async function administrator({ kubeconfig }: Kind, folder: string): Promise<string> {
  const kubectl = new Kubectl(kubeconfig);
  const inSystem = ["-n", "kube-system"];
  const name = "forge-administrator";
  await kubectl.output([...inSystem, "create", "serviceaccount", name]);
  await kubectl.output([
    ...["create", "clusterrolebinding", name, "--clusterrole=cluster-admin"],
    `--serviceaccount=kube-system:${name}`,
  ]);
  const token = await kubectl.output([...inSystem, "create", "token", name, "--duration=24h"]);
  return writeKubeconfig(join(folder, "kubeconfig-admin"), kubeconfig, { token: token.trim() });
}
