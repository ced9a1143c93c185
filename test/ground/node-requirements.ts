import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { locateTool } from "../../tools/locate.ts";
import { cannotMakeCgroups } from "./cgroups.ts";

/** Where Debian puts the plugins that connect pods. */
export const networkPlugins = "/usr/lib/cni";

/** Debian's packages of a node, by a file of each. */
export const nodePackages: Readonly<Record<string, string>> = {
  "/usr/bin/containerd": "containerd",
  "/usr/sbin/runc": "runc",
  [join(networkPlugins, "bridge")]: "containernetworking-plugins",
  "/usr/sbin/iptables": "iptables",
  "/usr/sbin/ip": "iproute2",
};

/** Options of unshare(1) that give a machine everything of its own but files and users. */
export const machineNamespaces = ["--net", "--mount", "--pid", "--ipc", "--uts", "--fork"] as const;

/** Done in namespaces that end with it: what a node asks of the kernel. */
const filesTrial = [
  "mount -t tmpfs tmpfs /run",
  "mkdir /run/lower /run/upper /run/work /run/merged",
  "mount -t overlay overlay -o lowerdir=/run/lower,upperdir=/run/upper,workdir=/run/work /run/merged",
].join(" && ");
const networkTrial = [
  "ip link add name bridge0 type bridge",
  "ip link add name one type veth peer name other",
  "echo 1 > /proc/sys/net/ipv4/ip_forward",
  "iptables -t nat -A PREROUTING -m addrtype --dst-type LOCAL -m comment --comment trial -j RETURN",
].join(" && ");

/** A container that starts, its one file being a static program. */
function containerTrial(program: string): string {
  return [
    "mount -t tmpfs tmpfs /run",
    "mkdir -p /run/trial/rootfs",
    `cp ${program} /run/trial/rootfs/program`,
    "cd /run/trial",
    "runc spec",
    `sed -i 's/"terminal": true/"terminal": false/; s,"sh","/program",' config.json`,
    "runc run --detach trial",
    "runc delete --force trial",
  ].join(" && ");
}

/** Debian's packages of a node that are not here. */
export function missingNodePackages(): string[] {
  return Object.entries(nodePackages)
    .filter(([file]) => !existsSync(file))
    .map(([, name]) => name);
}

/** What keeps a node from running on this machine, whatever packages it has. */
export function cannotRunNode(): string | undefined {
  if (process.platform !== "linux") return "a node needs Linux";
  if (process.getuid?.() !== 0) return "a node needs root";
  return cannotMakeCgroups() ?? refusedByKernel(filesTrial);
}

function refusedByKernel(trial: string): string | undefined {
  const tried = spawnSync("unshare", [...machineNamespaces, "--mount-proc", "sh", "-c", trial], {
    encoding: "utf8",
    timeout: 20_000,
  });
  if (tried.error !== undefined) return tried.error.message;
  if (tried.status === 0) return undefined;
  return `the kernel refuses what a node does: ${tried.stderr.trim().split("\n").at(-1)}`;
}

/** What a node lacks here, in a sentence; undefined when one can be started. */
export function lacksForNode(): string | undefined {
  const refused = cannotRunNode();
  if (refused !== undefined) return refused;
  const missing = missingNodePackages();
  if (missing.length > 0) return `a node needs ${missing.join(", ")}; APT=1 installs them`;
  const program = locateTool("pause");
  return (
    refusedByKernel(networkTrial) ??
    (program === undefined ? undefined : refusedByKernel(containerTrial(program)))
  );
}
