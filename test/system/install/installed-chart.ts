import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inject } from "vitest";
import { requireTool } from "../../../tools/locate.ts";
import {
  type CommandResult,
  type Controller,
  type ControlPlane,
  Kubectl,
  run,
  type Server,
  startController,
  startControlPlane,
  startServer,
  waitForPolicies,
} from "../../ground/index.ts";
import { Workspace } from "../ground/workspace.ts";
import { chart, type Values, valuesFile } from "./chart.ts";

/** Of Helm, and where its objects are. */
export const release = "forge";
export const namespace = "forge-system";

interface Container {
  readonly command: readonly [string];
  readonly args: readonly string[];
}

export interface PodSpec {
  readonly serviceAccountName: string;
  readonly initContainers?: readonly Container[];
  readonly containers: readonly Container[];
}

/** An API server for Helm to install on; pods of the chart are run here as the processes they hold. */
export class InstalledChart {
  readonly plane: ControlPlane;
  readonly folder: string;
  readonly kubectl: Kubectl;
  /** In the namespace whose Secrets the controller may read. */
  readonly team: Workspace;
  readonly values: Values;

  private constructor(plane: ControlPlane, folder: string) {
    const ground = inject("ground");
    this.plane = plane;
    this.folder = folder;
    this.kubectl = new Kubectl(plane.kubeconfig);
    this.team = new Workspace("team", { ...ground, kubeconfig: plane.kubeconfig });
    this.values = {
      image: { repository: `${ground.registry}/forge` },
      registry: { prefix: `${ground.registry}/chart` },
      controller: { secrets: { namespaces: [this.team.namespace] } },
      // Git server and registry of the tests.
      network: { allowedRanges: ["127.0.0.0/8"] },
      tests: { enabled: true },
    };
  }

  /** Starts the API server, with the team's namespace and nothing installed. */
  static async prepare(): Promise<InstalledChart> {
    const folder = mkdtempSync(join(tmpdir(), "forge-installed-chart-"));
    const plane = await startControlPlane({ folder: join(folder, "plane") });
    const prepared = new InstalledChart(plane, folder);
    await prepared.team.create();
    return prepared;
  }

  helm(...args: readonly string[]): Promise<CommandResult> {
    const target = [`--kubeconfig=${this.plane.kubeconfig}`, `--namespace=${namespace}`];
    return run(requireTool("helm"), [...args, ...target]);
  }

  /** Installs the chart, and waits until its policies judge. */
  async install(): Promise<CommandResult> {
    const values = `--values=${valuesFile(this.values)}`;
    const installed = await this.helm("install", release, chart, "--create-namespace", values);
    if (installed.code === 0) await waitForPolicies(this.kubectl);
    return installed;
  }

  /** A kubeconfig with the token of a service account, as a pod of it has one. */
  async kubeconfigOf(account: string): Promise<string> {
    const create = ["-n", namespace, "create", "token", account];
    const token = (await this.kubectl.output(create)).trim();
    const file = join(this.folder, `kubeconfig-${account}`);
    const config = JSON.parse(readFileSync(this.plane.kubeconfig, "utf8")) as {
      users: { name: string; user: object }[];
    };
    const users = config.users.map(({ name }) => ({ name, user: { token } }));
    writeFileSync(file, JSON.stringify({ ...config, users }), { mode: 0o600 });
    return file;
  }

  async startController(): Promise<Controller> {
    const { serviceAccountName, containers } = await this.#podOf("controller");
    return startController({
      kubeconfig: await this.kubeconfigOf(serviceAccountName),
      registry: "overridden.by/the-chart",
      logFile: join(this.folder, "controller.log"),
      args: [...(containers[0]?.args ?? []), `--leader-namespace=${namespace}`],
      // The ranges and prefixes of the chart, without those of the tests.
      env: { FORGE_ALLOWED_RANGES: "", FORGE_ALLOWED_PREFIXES: "" },
    });
  }

  /** With this folder as the volume of its pods. */
  async startServer(): Promise<Server> {
    const { serviceAccountName, containers } = await this.#podOf("server");
    return startServer({
      kubeconfig: await this.kubeconfigOf(serviceAccountName),
      logFile: join(this.folder, "server.log"),
      args: (containers[0]?.args ?? []).map((arg) => arg.replace("/var/lib/forge", this.folder)),
    });
  }

  /** Brings release 1 of the team into its environment. */
  async deployFirst(): Promise<void> {
    await this.team.apply(
      this.team.environment("dev"),
      this.team.release("first", "a"),
      this.team.pointer("dev", "1"),
    );
    await this.team.waitFor("Ready", "releasepointer", "dev-auth");
  }

  async stop(): Promise<void> {
    await this.plane.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #podOf(role: string): Promise<PodSpec> {
    const get = ["-n", namespace, "get", "deployment", `forge-${role}`, "-o", "json"];
    const deployment = JSON.parse(await this.kubectl.output(get)) as {
      spec: { template: { spec: PodSpec } };
    };
    return deployment.spec.template.spec;
  }
}
