import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { requireTool } from "../../tools/locate.ts";
import { fluxNamespace, git, Kubectl, output } from "../ground/index.ts";

interface FluxObject {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly generation: number;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: {
    readonly url?: string;
    readonly ref?: { readonly digest?: string };
    readonly path?: string;
    readonly patches?: readonly object[];
    readonly targetNamespace?: string;
    readonly sourceRef?: { readonly kind: string; readonly name: string };
  };
  readonly status?: {
    readonly artifact?: { readonly revision: string };
    readonly lastHandledReconcileAt?: string;
    readonly lastAppliedRevision?: string;
    readonly lastAttemptedRevision?: string;
  };
}

/**
 * In the place of Flux's controllers, which cannot be built here. It looks at Git only when it is
 * asked to, builds with the kustomize of kubectl, reads images with crane, and writes the
 * statuses that source-controller and kustomize-controller 1.9 write; it prunes nothing.
 */
export class FluxDouble {
  readonly #kubeconfig: string;
  readonly #kubectl: Kubectl;
  readonly #gitOpsFolder: string;
  readonly #folder: string;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;
  #failure: unknown;
  /** What its health checks find from now on. */
  isHealthy = true;
  /** Times that it read Git. */
  looks = 0;

  constructor(kubeconfig: string, gitOpsFolder: string, folder: string) {
    this.#kubeconfig = kubeconfig;
    this.#kubectl = new Kubectl(kubeconfig);
    this.#gitOpsFolder = gitOpsFolder;
    this.#folder = folder;
  }

  start(): void {
    this.#running = this.#run();
  }

  /** Throws what it failed with. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      try {
        await this.#step();
      } catch (error) {
        this.#failure = error;
        return;
      }
      await sleep(300);
    }
  }

  async #step(): Promise<void> {
    const kinds = "gitrepositories,ocirepositories,kustomizations.kustomize.toolkit.fluxcd.io";
    const answer = await this.#kubectl.output(["-n", fluxNamespace, "get", kinds, "-o", "json"]);
    const { items } = JSON.parse(answer) as { items: FluxObject[] };
    for (const object of items) {
      const source = items.find(
        ({ kind, metadata }) =>
          kind === object.spec.sourceRef?.kind && metadata.name === object.spec.sourceRef.name,
      );
      if (object.kind === "GitRepository") await this.#readGit(object);
      if (object.kind === "OCIRepository") await this.#readImage(object);
      if (object.kind === "Kustomization" && source) await this.#applySource(object, source);
    }
  }

  async #readGit(repository: FluxObject): Promise<void> {
    const asked = repository.metadata.annotations?.["reconcile.fluxcd.io/requestedAt"];
    const { artifact, lastHandledReconcileAt } = repository.status ?? {};
    if (artifact !== undefined && asked === lastHandledReconcileAt) return;
    this.looks += 1;
    const commit = (await git(this.#gitOpsFolder, "rev-parse", "main")).trim();
    await this.#write(repository, {
      artifact: artifactOf(`main@sha1:${commit}`),
      ...(asked !== undefined && { lastHandledReconcileAt: asked }),
      conditions: [condition("Ready", "True", "Succeeded")],
    });
  }

  async #readImage(repository: FluxObject): Promise<void> {
    const digest = repository.spec.ref?.digest ?? "";
    if (repository.status?.artifact?.revision === digest) return;
    await this.#crane("manifest", imageOf(repository, digest));
    await this.#write(repository, {
      artifact: artifactOf(digest),
      conditions: [condition("Ready", "True", "Succeeded")],
    });
  }

  async #applySource(kustomization: FluxObject, source: FluxObject): Promise<void> {
    const revision = source.status?.artifact?.revision;
    const { lastAppliedRevision, lastAttemptedRevision } = kustomization.status ?? {};
    const isDone = this.isHealthy ? lastAppliedRevision : lastAttemptedRevision;
    if (revision === undefined || isDone === revision) return;
    const { targetNamespace = fluxNamespace } = kustomization.spec;
    const isGit = source.kind === "GitRepository";
    const built = isGit
      ? await this.#build(kustomization, revision)
      : await this.#unpack(imageOf(source, revision));
    const args = ["-n", isGit ? fluxNamespace : targetNamespace, "apply", "-f", "-"];
    if (built.trim() !== "") await this.#kubectl.output(args, built);
    const [status, reason] = this.isHealthy
      ? (["True", "ReconciliationSucceeded"] as const)
      : (["False", "HealthCheckFailed"] as const);
    await this.#write(kustomization, {
      lastAttemptedRevision: revision,
      ...(this.isHealthy && { lastAppliedRevision: revision }),
      conditions: [condition("Ready", status, reason), condition("Healthy", status, reason)],
    });
  }

  /** As kustomize-controller does where the folder has no kustomization.yaml of its own. */
  async #build({ spec }: FluxObject, revision: string): Promise<string> {
    const tree = join(this.#folder, "tree");
    rmSync(tree, { recursive: true, force: true });
    mkdirSync(tree, { recursive: true });
    const archive = `git -C "${this.#gitOpsFolder}" archive ${revision.split(":").at(-1)}`;
    await output("sh", ["-c", `${archive} | tar -x -C "${tree}"`]);
    const root = join(tree, spec.path ?? ".");
    const files = readdirSync(root, { recursive: true, encoding: "utf8" }).toSorted();
    const folders = files.filter((file) => file.endsWith("kustomization.yaml")).map(dirname);
    const single = files.filter(
      (file) => file.endsWith(".yaml") && !folders.some((folder) => file.startsWith(`${folder}/`)),
    );
    const generated = { resources: [...folders, ...single], patches: spec.patches };
    writeFileSync(join(root, "kustomization.yaml"), JSON.stringify(generated));
    return output(requireTool("kubectl"), ["kustomize", root]);
  }

  async #unpack(image: string): Promise<string> {
    const { layers } = JSON.parse(await this.#crane("manifest", image)) as {
      layers: { digest: string }[];
    };
    const name = image.slice(0, image.indexOf("@"));
    const crane = `"${requireTool("crane")}" blob --insecure "${name}@${layers[0]?.digest}"`;
    return output("sh", ["-c", `${crane} | tar -xzO`]);
  }

  #crane(...args: readonly string[]): Promise<string> {
    return output(requireTool("crane"), [...args, "--insecure"]);
  }

  async #write({ kind, metadata }: FluxObject, status: object): Promise<void> {
    const body = JSON.stringify({ status: { observedGeneration: metadata.generation, ...status } });
    const what = kind === "Kustomization" ? "kustomization.kustomize.toolkit.fluxcd.io" : kind;
    const args = ["patch", what, metadata.name, "--subresource=status", "--type=merge", "-p", body];
    await output(requireTool("kubectl"), [
      ...["--kubeconfig", this.#kubeconfig, "-n", fluxNamespace],
      ...args,
    ]);
  }
}

function imageOf({ spec }: FluxObject, digest: string): string {
  return `${spec.url?.replace("oci://", "")}@${digest}`;
}

const now = () => new Date().toISOString().replace(/\.\d+Z$/, "Z");

function artifactOf(revision: string): object {
  const digest = `sha256:${"0".repeat(64)}`;
  return { revision, digest, path: "a.tar.gz", url: "http://none/a.tar.gz", lastUpdateTime: now() };
}

function condition(type: string, status: string, reason: string): object {
  return { type, status, reason, message: `${reason} it is`, lastTransitionTime: now() };
}
