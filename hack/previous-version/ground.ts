import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type ArgoCD,
  argoCDNamespace,
  argoCDRepository,
  type Controller,
  type ControlPlane,
  commitFiles,
  createBareRepository,
  type GitServer,
  installArgoCD,
  Kubectl,
  type Plugin,
  type Registry,
  startArgoCD,
  startController,
  startControlPlane,
  startGitServer,
  startPlugin,
  startRegistry,
} from "../../test/ground/index.ts";
import { gitCredentials, namespace, otherNamespace } from "./objects.ts";

const credentials = { username: "forge", password: "of-the-recording" };

/** The parts that the version runs against, and its own programs. */
export class Ground {
  readonly plane: ControlPlane;
  readonly registry: Registry;
  /** Wants credentials. */
  readonly git: GitServer;
  readonly publicGit: GitServer;
  readonly folder: string;
  /** Checkout of the version that is recorded. */
  readonly checkout: string;
  #argoCD: ArgoCD | undefined;
  #plugin: Plugin | undefined;
  #controller: Controller | undefined;

  private constructor(
    checkout: string,
    parts: Pick<Ground, "folder" | "plane" | "registry" | "git" | "publicGit">,
  ) {
    this.checkout = checkout;
    this.folder = parts.folder;
    this.plane = parts.plane;
    this.registry = parts.registry;
    this.git = parts.git;
    this.publicGit = parts.publicGit;
  }

  /** @param checkout of the version, with its node_modules */
  static async start(checkout: string): Promise<Ground> {
    // Argo CD's sockets leave a path few bytes.
    const folder = mkdtempSync(join(tmpdir(), "fp-"));
    const users = { "forge-controller": [], alice: [], bob: [] };
    return new Ground(checkout, {
      folder,
      plane: await startControlPlane({ folder: join(folder, "plane"), users }),
      registry: await startRegistry(join(folder, "registry")),
      git: await startGitServer(join(folder, "git"), credentials),
      publicGit: await startGitServer(join(folder, "public-git")),
    });
  }

  get kubectl(): Kubectl {
    return new Kubectl(this.plane.kubeconfig);
  }

  get crds(): string {
    return join(this.checkout, "crds");
  }

  get gitOpsFolder(): string {
    return join(this.git.root, `${namespace}.git`);
  }

  get gitOpsUrl(): string {
    return `${this.git.url}/${namespace}.git`;
  }

  /** A GitOps repository that refuses every push. */
  get protectedUrl(): string {
    return `${this.git.url}/previous-protected.git`;
  }

  /** Installs the version's kinds, and everything else that its objects refer to. */
  async prepare(): Promise<void> {
    const { kubectl } = this;
    await kubectl.output(["apply", "-f", this.crds]);
    await kubectl.output(["wait", "--for=condition=Established", "crd", "--all", "--timeout=60s"]);
    const bind = (role: string, user: string) => {
      const binding = ["clusterrolebinding", user, `--clusterrole=${role}`, `--user=${user}`];
      return kubectl.output(["create", ...binding]);
    };
    await bind("forge-controller", "forge-controller");
    await bind("cluster-admin", "alice");
    await bind("cluster-admin", "bob");
    await kubectl.output(["create", "namespace", namespace]);
    await kubectl.output(["create", "namespace", otherNamespace]);
    await kubectl.apply(namespace, {
      apiVersion: "v1",
      kind: "Secret",
      metadata: { name: gitCredentials },
      stringData: credentials,
    });
    for (const name of [namespace, "previous-protected"]) {
      const repository = join(this.git.root, `${name}.git`);
      await createBareRepository(repository);
      await commitFiles(repository, "main", "First", { "README.md": "Pointers.\n" });
    }
    const hook = join(this.git.root, "previous-protected.git", "hooks", "pre-receive");
    writeFileSync(hook, "#!/bin/sh\necho 'main is protected'\nexit 1\n");
    chmodSync(hook, 0o755);
  }

  /** Argo CD with the version's plugin: it reports how deployments fare. */
  async startAgent(): Promise<void> {
    await installArgoCD(this.kubectl);
    const url = this.gitOpsUrl;
    const git = argoCDRepository(namespace, { type: "git", url, ...credentials });
    await this.kubectl.apply(argoCDNamespace, git);
    await this.kubectl.output([
      ...["-n", argoCDNamespace, "create", "rolebinding", "forge-controller-argocd"],
      ...["--clusterrole=forge-controller-argocd", "--user=forge-controller"],
    ]);
    const { kubeconfig } = this.plane;
    this.#argoCD = await startArgoCD({ folder: this.folder, kubeconfig, resyncSeconds: 600 });
    this.#plugin = await startPlugin({
      socket: join(this.#argoCD.pluginFolder, "forge-v1.sock"),
      registry: `${this.registry.host}/releases`,
      logFile: join(this.folder, "plugin.log"),
      program: join(this.checkout, "cmd", "forge-argocd-plugin", "main.ts"),
    });
  }

  async startController(): Promise<void> {
    this.#controller = await startController({
      kubeconfig: this.plane.kubeconfigFor("forge-controller"),
      registry: `${this.registry.host}/releases`,
      logFile: join(this.folder, "controller.log"),
      program: join(this.checkout, "cmd", "forge-controller", "main.ts"),
      args: [`--argocd-namespace=${argoCDNamespace}`],
    });
  }

  async stopController(): Promise<void> {
    await this.#controller?.process.stop();
    this.#controller = undefined;
  }

  async stop(): Promise<void> {
    await this.stopController();
    await this.#plugin?.process.stop();
    await this.#argoCD?.stop();
    await this.publicGit.process.stop();
    await this.git.process.stop();
    await this.registry.process.stop();
    await this.plane.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
