import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { KubeConfig } from "@kubernetes/client-node";
import { Connection, KubeClient } from "../../controller/kube/index.ts";
import {
  argoCDNamespace,
  argoCDRepository,
  type Controller,
  commitFiles,
  installArgoCD,
  installKinds,
  Kubectl,
  startArgoCD,
  startController,
  startControlPlane,
  startGitServer,
  startPlugin,
  startRegistry,
} from "../../test/ground/index.ts";
import { bundle } from "../controller/program.ts";

export const namespace = "bench";
/** Between looks that nobody asked Argo CD for: a quarter of its default. */
export const resyncSeconds = 30;

/** All between kubectl and the cluster: forge, a registry, git, Argo CD, forge's plugin. */
export class Ground {
  readonly kubectl: Kubectl;
  readonly client: KubeClient;
  /** Prefix of release images. */
  readonly registry: string;
  readonly gitOpsUrl: string;
  /** The bare GitOps repository. */
  readonly gitOps: string;
  /** @param refresh whether forge asks Argo CD to look */
  readonly startController: (refresh: boolean) => Promise<Controller>;
  readonly #parts: AsyncDisposableStack;

  private constructor(fields: Omit<Ground, "stop">, parts: AsyncDisposableStack) {
    this.kubectl = fields.kubectl;
    this.client = fields.client;
    this.registry = fields.registry;
    this.gitOpsUrl = fields.gitOpsUrl;
    this.gitOps = fields.gitOps;
    this.startController = fields.startController;
    this.#parts = parts;
  }

  static async start(folder: string): Promise<Ground> {
    mkdirSync(folder, { recursive: true });
    await using parts = new AsyncDisposableStack();
    const { kubeconfig, stop } = await startControlPlane({ folder: join(folder, "plane") });
    parts.defer(stop);
    const registry = await startRegistry(join(folder, "registry"));
    parts.defer(() => registry.process.stop());
    const git = await startGitServer(join(folder, "git"));
    parts.defer(() => git.process.stop());
    const kubectl = new Kubectl(kubeconfig);
    await installKinds(kubectl);
    await installArgoCD(kubectl);
    await kubectl.output(["create", "namespace", namespace]);
    const gitOpsUrl = await git.createRepository("gitops");
    const gitOps = join(git.root, "gitops.git");
    await commitFiles(gitOps, "main", "First", { "README.md": "pointers\n" });
    const source = argoCDRepository("gitops", { type: "git", url: gitOpsUrl });
    await kubectl.apply(argoCDNamespace, source);
    const argoCD = await startArgoCD({ folder, kubeconfig, resyncSeconds });
    parts.defer(() => argoCD.stop());
    const plugin = await startPlugin({
      socket: join(argoCD.pluginFolder, "forge-v1.sock"),
      registry: `${registry.host}/releases`,
      logFile: join(folder, "plugin.log"),
      program: await bundle("cmd/forge-argocd-plugin/main.ts", folder),
    });
    parts.defer(() => plugin.process.stop());
    const config = new KubeConfig();
    config.loadFromFile(kubeconfig);
    const connection = new Connection(config, { userAgent: "forge-bench" });
    parts.defer(() => connection.close());
    const program = await bundle("cmd/forge-controller/main.ts", folder);
    const fields = {
      kubectl,
      client: new KubeClient(connection),
      registry: `${registry.host}/releases`,
      gitOpsUrl,
      gitOps,
      startController: (refresh: boolean) =>
        startController({
          kubeconfig,
          registry: `${registry.host}/releases`,
          logFile: join(folder, "controller.log"),
          program,
          args: ["--log-level=info", ...(refresh ? [`--argocd-namespace=${argoCDNamespace}`] : [])],
        }),
    };
    return new Ground(fields, parts.move());
  }

  stop(): Promise<void> {
    return this.#parts.disposeAsync();
  }
}

/** An Application that keeps a folder of the GitOps repository, or what the plugin makes of it. */
export function application(name: string, url: string, path: string, plugin: boolean): object {
  return {
    apiVersion: "argoproj.io/v1alpha1",
    kind: "Application",
    metadata: { name, annotations: { "argocd.argoproj.io/manifest-generate-paths": "." } },
    spec: {
      project: "default",
      source: {
        repoURL: url,
        targetRevision: "main",
        path,
        ...(plugin ? { plugin: { name: "forge-v1" } } : { directory: {} }),
      },
      destination: { server: "https://kubernetes.default.svc", namespace },
      syncPolicy: { automated: { prune: true, selfHeal: true } },
    },
  };
}
