import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ownNetwork } from "../../src/network/index.ts";
import { RegistryClient, type ReleaseContent, releaseImagesIn } from "../../src/oci/index.ts";
import {
  type ArgoCD,
  commitFiles,
  createBareRepository,
  type RunningProcess,
  startArgoCD,
  startPlugin,
  startProcess,
  startRegistry,
} from "../../test/ground/index.ts";
import { bundle } from "../controller/program.ts";
import { manifest } from "../oci-releases.ts";

export interface Published {
  readonly path: string;
  readonly pointer: string;
  /** As repo-server packs the folder. */
  readonly tgz: Buffer;
}

/** A registry, a GitOps repository, Argo CD's repo-server, forge's plugin and an empty one. */
export class Ground {
  readonly folder: string;
  readonly program: string;
  readonly host: string;
  readonly argoCD: ArgoCD;
  readonly client = new RegistryClient({ network: ownNetwork() });
  readonly #processes: RunningProcess[] = [];
  plugin: RunningProcess | undefined;

  private constructor(folder: string, program: string, host: string, argoCD: ArgoCD) {
    this.folder = folder;
    this.program = program;
    this.host = host;
    this.argoCD = argoCD;
  }

  static async start(folder: string): Promise<Ground> {
    const program = await bundle("cmd/forge-argocd-plugin/main.ts", folder);
    const registry = await startRegistry(join(folder, "registry"));
    const argoCD = await startArgoCD({ folder });
    const ground = new Ground(folder, program, registry.host, argoCD);
    ground.#processes.push(registry.process);
    const socket = join(argoCD.pluginFolder, "empty.sock");
    const empty = await startProcess({
      name: "empty plugin",
      command: process.execPath,
      args: [join(import.meta.dirname, "empty-plugin.ts"), socket],
      logFile: join(folder, "empty.log"),
      ready: async () => true,
    });
    ground.#processes.push(empty);
    await createBareRepository(ground.repository);
    await ground.startPlugin();
    return ground;
  }

  get repository(): string {
    return join(this.folder, "gitops.git");
  }

  get registry(): string {
    return `${this.host}/bench`;
  }

  get socket(): string {
    return join(this.argoCD.pluginFolder, "forge-v1.sock");
  }

  /** A plugin that knows nothing. */
  async startPlugin(): Promise<void> {
    await this.plugin?.stop();
    const { process } = await startPlugin({
      socket: this.socket,
      registry: this.registry,
      logFile: join(this.folder, "plugin.log"),
      program: this.program,
    });
    this.plugin = process;
  }

  async publish(project: string, count: number, index: number): Promise<Published> {
    const repository = "bench/apps";
    const commit = (index + 1).toString(16).padStart(40, "0");
    const content: ReleaseContent = {
      registry: this.registry,
      objects: Array.from({ length: count }, (_none, item) => ({
        kind: "Deployment",
        name: `app-${item}`,
        yaml: manifest(item, index),
      })),
      release: { number: index + 1, aliases: [], trigger: { type: "Manual" } },
      source: { repository, project, commit },
      artifacts: [],
    };
    const signal = AbortSignal.timeout(60_000);
    const { digest } = await releaseImagesIn(this.client).publish(content, signal);
    const image = { repository: `${this.registry}/${repository}/${project}`, digest };
    const pointer = JSON.stringify({
      apiVersion: "forge.dev/v1alpha1",
      kind: "ReleasePointer",
      metadata: { name: project },
      spec: { environment: "production", repository, project, release: commit, image },
    });
    const path = `production/apps/${repository}/${project}`;
    return { path, pointer, tgz: this.#pack(pointer) };
  }

  #pack(pointer: string): Buffer {
    const folder = join(this.folder, "pack");
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "release.yaml"), pointer);
    return execFileSync("tar", ["-C", folder, "-cz", "."]);
  }

  /** Returns the commit. */
  commit(published: readonly Published[]): Promise<string> {
    const files = published.map(({ path, pointer }) => [`${path}/release.yaml`, pointer] as const);
    return commitFiles(this.repository, "main", "Point", Object.fromEntries(files));
  }

  async stop(): Promise<void> {
    await this.plugin?.stop();
    await this.argoCD.stop();
    for (const process of this.#processes) await process.stop();
    await this.client[Symbol.asyncDispose]();
  }
}
