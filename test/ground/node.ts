import { mkdirSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fetch } from "undici";
import { requireTool } from "../../tools/locate.ts";
import { Kubectl } from "./command.ts";
import { type ContainerdOptions, containerdSocket, startContainerd } from "./containerd.ts";
import type { Machine } from "./machine.ts";

export interface NodeOptions extends ContainerdOptions {
  /** For the administrator, at an address that the machine reaches. */
  readonly kubeconfig: string;
}

export const nodeName = "node";

/** Makes a machine a node of a cluster: containerd, kubelet and kube-proxy. Answers once it is Ready. */
export async function startNode(machine: Machine, options: NodeOptions): Promise<void> {
  const { folder, kubeconfig } = options;
  mkdirSync(folder, { recursive: true });
  await startContainerd(machine, options);
  await machine.start({
    name: "kubelet",
    command: requireTool("kubelet"),
    args: [
      `--config=${writeConfig(folder, "kubelet", kubeletConfig(machine, folder))}`,
      `--kubeconfig=${kubeconfig}`,
      `--hostname-override=${nodeName}`,
      `--node-ip=${machine.address}`,
    ],
    logFile: join(folder, "kubelet.log"),
    ready: () => isReady(new Kubectl(kubeconfig)),
    readyWithinMs: 120_000,
  });
  await machine.start({
    name: "kube-proxy",
    command: requireTool("kube-proxy"),
    args: [`--config=${writeConfig(folder, "kube-proxy", proxyConfig(machine, kubeconfig))}`],
    logFile: join(folder, "kube-proxy.log"),
    ready: async () => (await fetch(`http://${machine.address}:10256/healthz`)).ok,
  });
}

async function isReady(kubectl: Kubectl): Promise<boolean> {
  const path = 'jsonpath={.status.conditions[?(@.type=="Ready")].status}';
  const isReady = (await kubectl.output(["get", "node", nodeName, "-o", path])) === "True";
  if (!isReady) await sleep(250);
  return isReady;
}

function writeConfig(folder: string, name: string, config: object): string {
  const file = join(folder, `${basename(name)}.json`);
  writeFileSync(file, JSON.stringify(config));
  return file;
}

function kubeletConfig(machine: Machine, folder: string): object {
  const resolvConf = join(folder, "resolv.conf");
  writeFileSync(resolvConf, "# No name is looked up: there is no DNS in this cluster.\n");
  return {
    apiVersion: "kubelet.config.k8s.io/v1beta1",
    kind: "KubeletConfiguration",
    // Only the machine that it is in, and ours, reach it.
    authentication: { anonymous: { enabled: true }, webhook: { enabled: false } },
    authorization: { mode: "AlwaysAllow" },
    address: machine.address,
    cgroupDriver: "cgroupfs",
    cgroupRoot: machine.cgroup,
    containerRuntimeEndpoint: `unix://${containerdSocket}`,
    enforceNodeAllocatable: [],
    // A disk or a memory that others fill is no reason to throw pods out.
    evictionHard: {
      "memory.available": "1Mi",
      "nodefs.available": "0%",
      "imagefs.available": "0%",
    },
    failCgroupV1: false,
    failSwapOn: false,
    imageGCHighThresholdPercent: 100,
    // Else an image that was pulled may not be used by the name under which it was loaded.
    imagePullCredentialsVerificationPolicy: "NeverVerify",
    localStorageCapacityIsolation: true,
    // The kernel's settings stay as they are: see machine.ts.
    protectKernelDefaults: true,
    resolvConf,
  };
}

function proxyConfig(machine: Machine, kubeconfig: string): object {
  return {
    apiVersion: "kubeproxy.config.k8s.io/v1alpha1",
    kind: "KubeProxyConfiguration",
    mode: "iptables",
    clientConnection: { kubeconfig },
    clusterCIDR: machine.podRange,
    hostnameOverride: nodeName,
    // The kernel's own limits: they are not the machine's alone.
    conntrack: { maxPerCore: 0, tcpEstablishedTimeout: "0s", tcpCloseWaitTimeout: "0s" },
  };
}
