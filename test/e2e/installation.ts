import { readdirSync, readFileSync } from "node:fs";
import { Agent, fetch } from "undici";
import { inject } from "vitest";
import { requireTool } from "../../tools/locate.ts";
import { type CommandResult, git, Kubectl, run, tokenOf } from "../ground/index.ts";
import { chart, merged, type Rendered, type Values, valuesFile } from "../system/install/chart.ts";

export interface Pod extends Rendered {
  readonly metadata: Rendered["metadata"] & { readonly uid: string };
  readonly status: {
    readonly podIP: string;
    readonly conditions: readonly { readonly type: string; readonly status: string }[];
    readonly containerStatuses: readonly {
      readonly ready: boolean;
      readonly restartCount: number;
    }[];
  };
}

/** What a program looks like to itself, as `insideOf` finds it. */
export interface Inside {
  readonly uid: number;
  readonly gid: number;
  readonly capabilities: string;
  readonly seccomp: string;
  readonly mayGainPrivileges: boolean;
  /** What came of writing a file to each folder: an error's code, or "written". */
  readonly writes: Readonly<Record<string, string>>;
}

const folders = ["/", "/etc", "/opt/forge", "/usr/local/bin", "/tmp", "/var/lib/forge"];

/** Run by Node in a container: there is no other program. */
const look = `
const status = fs.readFileSync("/proc/1/status", "utf8");
const field = (name) => new RegExp("^" + name + ":\\\\s+(\\\\S+)", "m").exec(status)[1];
const write = (folder) => {
  try { fs.writeFileSync(folder + "/written-by-test", ""); return "written"; }
  catch (error) { return error.code; }
};
console.log(JSON.stringify({
  uid: Number(field("Uid")),
  gid: Number(field("Gid")),
  capabilities: field("CapBnd"),
  seccomp: field("Seccomp"),
  mayGainPrivileges: field("NoNewPrivs") === "0",
  writes: Object.fromEntries(${JSON.stringify(folders)}.map((folder) => [folder, write(folder)])),
}));`;

/** The chart in a namespace of the cluster, and the pods that come of it. */
export class Installation {
  readonly node = inject("node");
  readonly ground = inject("ground");
  readonly namespace = "forge-system";
  readonly kubectl = new Kubectl(this.ground.kubeconfig);
  readonly options: { readonly ca?: string };

  /** @param options ca: of the server, where it speaks TLS */
  constructor(options: { readonly ca?: string } = {}) {
    this.options = options;
  }

  /** What the ground asks for, and what the test does. */
  values(more: Values): Values {
    const { ground, node } = this;
    const ports = [ground.apiServer, ground.gitUrl, `http://${ground.registry}`].map((url) =>
      Number(new URL(url).port),
    );
    return merged(
      {
        image: node.image,
        registry: { prefix: `${ground.registry}/releases`, insecureHosts: [ground.registry] },
        controller: { insecureGitHosts: [new URL(ground.gitUrl).host] },
        networkPolicy: { egressPorts: [443, ...ports], apiServerPorts: [443, ports[0]] },
      },
      more,
    );
  }

  helm(...args: readonly string[]): Promise<CommandResult> {
    const where = [`--kubeconfig=${this.ground.kubeconfig}`, `--namespace=${this.namespace}`];
    return run(requireTool("helm"), [...args, ...where], { timeoutMs: 180_000 });
  }

  /** The namespace, whose pods must keep to the restricted profile of Pod Security. */
  async createNamespace(): Promise<void> {
    const labels = { "pod-security.kubernetes.io/enforce": "restricted" };
    const namespace = { apiVersion: "v1", kind: "Namespace" };
    const object = { ...namespace, metadata: { name: this.namespace, labels } };
    await this.kubectl.output(["apply", "-f", "-"], JSON.stringify(object));
  }

  /** Installs or upgrades the chart, and waits until its pods are ready. */
  async install(values: Values): Promise<void> {
    const file = valuesFile(this.values(values));
    const options = ["--install", `--values=${file}`, "--wait", "--timeout=150s"];
    const done = await this.helm("upgrade", "forge", chart, ...options);
    if (done.code === 0) return;
    throw new Error(`${done.stderr}\n${await this.#complaints()}`);
  }

  /** Ends all pods, and forgets the volume's claim, so that the chart can be installed anew. */
  async uninstall(): Promise<CommandResult> {
    return this.helm("uninstall", "forge", "--wait", "--timeout=120s");
  }

  async pods(component: "controller" | "server"): Promise<Pod[]> {
    const { items } = JSON.parse(
      await this.kubectl.output([
        ...["-n", this.namespace, "get", "pods", "-o", "json"],
        ...["-l", `app.kubernetes.io/component=${component}`],
      ]),
    ) as { items: (Pod & { metadata: { deletionTimestamp?: string } })[] };
    return items.filter(({ metadata }) => metadata.deletionTimestamp === undefined);
  }

  /** As Prometheus does. */
  async metrics(pod: Pod): Promise<string> {
    const answer = await fetch(`http://${pod.status.podIP}:8080/metrics`);
    if (!answer.ok) throw new Error(`${pod.metadata.name}: ${answer.status}`);
    return answer.text();
  }

  /** The server's answer to the administrator. */
  async ask<T>(server: Pod, path: string): Promise<T> {
    const headers = { authorization: `Bearer ${tokenOf(this.ground.kubeconfig)}` };
    const { ca } = this.options;
    // The certificate is for another name than the pod's address.
    const tls = { ca, checkServerIdentity: () => undefined };
    const dispatcher = new Agent(ca === undefined ? {} : { connect: tls });
    try {
      const url = `${ca === undefined ? "http" : "https"}://${server.status.podIP}:8443${path}`;
      const answer = await fetch(url, { headers, dispatcher });
      if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
      return (await answer.json()) as T;
    } finally {
      await dispatcher.close();
    }
  }

  async insideOf(pod: Pod): Promise<Inside> {
    const exec = ["-n", this.namespace, "exec", pod.metadata.name, "--", "node", "-e", look];
    return JSON.parse(await this.kubectl.output(exec)) as Inside;
  }

  /** Processes of forge in a pod, as this machine numbers them. */
  processesOf({ metadata }: Pod): number[] {
    const numbers = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
    return numbers.map(Number).filter((pid) => {
      try {
        const groups = readFileSync(`/proc/${pid}/cgroup`, "utf8");
        const command = readFileSync(`/proc/${pid}/cmdline`, "utf8");
        return groups.includes(`${this.node.cgroup}/`) && groups.includes(metadata.uid)
          ? command.includes("forge-")
          : false;
      } catch {
        return false;
      }
    });
  }

  /** What the cluster says of pods that do not become ready. */
  async #complaints(): Promise<string> {
    const events = await this.kubectl.run([
      ...["-n", this.namespace, "get", "events", "--sort-by=.lastTimestamp"],
      ...["-o", "custom-columns=OBJECT:.involvedObject.name,REASON:.reason,SAYS:.message"],
    ]);
    const logs = await this.kubectl.run([
      ...["-n", this.namespace, "logs", "-l", "app.kubernetes.io/part-of=forge", "--tail=20"],
      "--prefix",
    ]);
    return [events.stdout, logs.stdout, logs.stderr].join("\n");
  }
}

/** The sum of a metric's samples with these labels. */
export function sample(text: string, name: string, labels = ""): number {
  return text
    .split("\n")
    .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
    .filter((line) => line.includes(labels))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(" ") + 1)), 0);
}

/** Deployments that the commits of a repository name, the oldest first. */
export async function deploymentsIn(repository: string): Promise<string[]> {
  const format = "--format=%(trailers:key=Forge-Deployment,valueonly,separator=%x2C)";
  const log = await git(repository, "log", "--reverse", format, "main");
  await git(repository, "fsck", "--strict");
  return log.split("\n").filter((line) => line !== "");
}
