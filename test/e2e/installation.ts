import { Agent, fetch } from "undici";
import { inject } from "vitest";
import { requireTool } from "../../tools/locate.ts";
import { type CommandResult, forwardedPort, git, Kubectl, run, tokenOf } from "../ground/index.ts";
import { chart, merged, type Rendered, type Values, valuesFile } from "../system/install/chart.ts";

export interface Pod extends Rendered {
  readonly metadata: Rendered["metadata"] & { readonly uid: string };
  readonly status: {
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

/**
 * Run in the node, where a pod's processes are found by its UID in their cgroup; systemd's cgroups
 * have it with underscores.
 */
const signalScript = `
uid=$(echo "$0" | sed 's/-/[-_]/g')
found=1
for process in /proc/[0-9]*; do
  grep -q "$uid" "$process/cgroup" 2>/dev/null || continue
  tr '\\0' ' ' < "$process/cmdline" | grep -q forge- || continue
  kill -s "\${1#SIG}" "\${process#/proc/}" && found=0
done
exit $found`;

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
    const portOf = (url: string) => Number(new URL(url).port);
    const { apiServerPort } = node;
    const ports = [apiServerPort, portOf(ground.gitUrl), portOf(`http://${ground.registry}`)];
    return merged(
      {
        image: node.image,
        registry: { prefix: `${ground.registry}/releases`, insecureHosts: [ground.registry] },
        controller: { insecureGitHosts: [new URL(ground.gitUrl).host] },
        networkPolicy: { egressPorts: [443, ...ports], apiServerPorts: [443, apiServerPort] },
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
  metrics(pod: Pod): Promise<string> {
    return this.#atPort(pod, 8080, async (address) => {
      const answer = await fetch(`http://${address}/metrics`);
      if (!answer.ok) throw new Error(`${pod.metadata.name}: ${answer.status}`);
      return answer.text();
    });
  }

  /** The server's answer to the administrator. */
  async ask<T>(server: Pod, path: string): Promise<T> {
    const headers = { authorization: `Bearer ${tokenOf(this.ground.kubeconfig)}` };
    const { ca } = this.options;
    // The certificate is for another name than the address.
    const tls = { ca, checkServerIdentity: () => undefined };
    const dispatcher = new Agent(ca === undefined ? {} : { connect: tls });
    try {
      return await this.#atPort(server, 8443, async (address) => {
        const url = `${ca === undefined ? "http" : "https"}://${address}${path}`;
        const answer = await fetch(url, { headers, dispatcher });
        if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
        return (await answer.json()) as T;
      });
    } finally {
      await dispatcher.close();
    }
  }

  #atPort<T>({ metadata }: Pod, port: number, work: (address: string) => Promise<T>): Promise<T> {
    const { kubeconfig, folder } = this.ground;
    const pod = { kubeconfig, folder, namespace: this.namespace, pod: metadata.name, port };
    return forwardedPort(pod, work);
  }

  async insideOf(pod: Pod): Promise<Inside> {
    const exec = ["-n", this.namespace, "exec", pod.metadata.name, "--", "node", "-e", look];
    return JSON.parse(await this.kubectl.output(exec)) as Inside;
  }

  /** Sends a signal to the program in a pod, past the cluster. */
  async signal({ metadata }: Pod, signal: NodeJS.Signals): Promise<void> {
    const [command, ...args] = this.node.enter;
    const done = await run(command, [...args, "sh", "-c", signalScript, metadata.uid, signal]);
    if (done.code !== 0) throw new Error(`${metadata.name}: ${done.stderr || "no such process"}`);
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
