import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { requireTool } from "../../tools/locate.ts";
import { makeCgroup, removeCgroup } from "./cgroups.ts";
import { output } from "./command.ts";
import { machineNamespaces } from "./node-requirements.ts";
import { type ProcessOptions, type RunningProcess, startProcess } from "./process.ts";

/**
 * A machine within this one: network, mounts and processes of its own, on this one's kernel and
 * files. All that is in it ends with its first process: programs, containers, interfaces, packet
 * filters and mounts. Its first process ends with ours, however that ends.
 */
export interface Machine {
  readonly address: string;
  /** This machine's end of the cable between the two. */
  readonly hostAddress: string;
  /** Addresses for pods, which this machine reaches too. */
  readonly podRange: string;
  /** Its own group in every hierarchy, as a path from the top. */
  readonly cgroup: string;
  /** Stands in front of a command that runs in it. */
  readonly enter: readonly [string, ...string[]];
  /** Runs a program in it, to its end. */
  run(command: string, ...args: readonly string[]): Promise<string>;
  /** Starts a program in it, which ends with the machine and not before. */
  start(options: ProcessOptions): Promise<RunningProcess>;
  stop(): Promise<void>;
}

/**
 * What a kubelet would set for the whole kernel. It sees these files instead, which say that it is
 * done already.
 */
const kernelSettings: Readonly<Record<string, number>> = {
  "vm/overcommit_memory": 1,
  "vm/panic_on_oom": 0,
  "kernel/panic": 10,
  "kernel/panic_on_oops": 1,
  "kernel/keys/root_maxkeys": 1_000_000,
  "kernel/keys/root_maxbytes": 25_000_000,
};

/** Starts one; needs root, and what `lacksForNode` looks for. */
export async function startMachine(folder: string): Promise<Machine> {
  const number = freeNumber();
  // Of 198.18.0.0/15, which is for tests of networks (RFC 2544), two ranges a machine.
  const [link, pods] = [`198.18.${2 * number}`, `198.18.${2 * number + 1}`];
  const [hostAddress, address, podRange] = [`${link}.1`, `${link}.2`, `${pods}.0/24`];
  const cgroup = `/${nameOf(number)}`;
  // Of one that was killed with its parent.
  await removeCgroup(cgroup);
  const first = requireTool("pause");
  const holder = await startProcess({
    name: "machine",
    command: "setpriv",
    args: [
      ...["--pdeathsig=KILL", "unshare", ...machineNamespaces],
      ...["--kill-child=KILL", "--mount-proc", first],
    ],
    logFile: join(folder, "machine.log"),
    ready: async () => true,
  });
  const stop = async (): Promise<void> => {
    // Nothing in it is worth a farewell, and unshare(1) passes none on.
    await holder.stop(0);
    await removeCgroup(cgroup);
  };
  try {
    const pid = await childOf(holder.pid, first);
    const inside = [`--target=${pid}`, "--net", "--mount", "--pid", "--ipc", "--uts"];
    const run = (command: string, ...args: readonly string[]) =>
      output("nsenter", [...inside, command, ...args]);
    makeCgroup(cgroup);
    await run("sh", "-ec", mounts());
    const cable = nameOf(number);
    const ip = (command: string) => output("ip", command.split(" "));
    await ip(`link add name ${cable} type veth peer name eth0 netns ${pid}`);
    await ip(`address add ${hostAddress}/30 dev ${cable}`);
    await ip(`link set ${cable} up`);
    await run("ip", "link", "set", "lo", "up");
    await run("ip", "address", "add", `${address}/30`, "dev", "eth0");
    await run("ip", "link", "set", "eth0", "up");
    await run("ip", "route", "add", "default", "via", hostAddress);
    await ip(`route add ${podRange} via ${address} dev ${cable}`);
    return {
      ...{ address, hostAddress, podRange, cgroup, run, stop },
      enter: ["nsenter", ...inside],
      start: (options) =>
        startProcess({
          ...options,
          command: "nsenter",
          args: [...inside, options.command, ...options.args],
          env: { PATH: `${process.env["PATH"]}:/usr/sbin:/sbin`, ...options.env },
        }),
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

const nameOf = (number: number) => `forge-node-${number}`;

function freeNumber(): number {
  const cables = readdirSync("/sys/class/net");
  for (let number = 0; number < 100; number += 1) {
    if (!cables.includes(nameOf(number))) return number;
  }
  throw new Error("a hundred machines are here already");
}

/** Hides from the machine what a container runtime and a kubelet keep in fixed places. */
function mounts(): string {
  const lines = ["/run", "/var/lib", "/var/log"].map((place) => `mount -t tmpfs tmpfs ${place}`);
  lines.push("mkdir /run/kernel");
  for (const [name, value] of Object.entries(kernelSettings)) {
    const file = `/run/kernel/${name.replaceAll("/", "-")}`;
    lines.push(`echo ${value} > ${file}`, `mount --bind ${file} /proc/sys/${name}`);
  }
  return lines.join("\n");
}

/** The child of a process, once it runs a program. */
async function childOf(parent: number, program: string): Promise<number> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    try {
      const child = readFileSync(`/proc/${parent}/task/${parent}/children`, "utf8").trim();
      if (readlinkSync(`/proc/${child}/exe`) === program) return Number(child);
    } catch {
      // Not yet.
    }
    if (Date.now() > deadline) throw new Error("the first process of the machine did not start");
    await sleep(20);
  }
}
