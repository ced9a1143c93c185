import { createHash } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import { requireTool } from "../../../tools/locate.ts";
import { fluxNamespace, git, Kubectl, output } from "../../ground/index.ts";

interface FluxSource {
  readonly kind: "GitRepository" | "OCIRepository";
  readonly metadata: {
    readonly name: string;
    readonly generation: number;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly spec: { readonly url: string; readonly ref?: { readonly digest?: string } };
  readonly status?: {
    readonly artifact?: { readonly revision: string };
    readonly lastHandledReconcileAt?: string;
  };
}

/**
 * In the place of Flux's source-controller, which cannot be built here: it fetches, serves what it
 * fetched as archives, and writes the statuses that source-controller 1.9 writes. It looks at Git
 * only when it is asked to. Git is read with git, images with crane.
 */
export class FluxSources {
  readonly #kubectl: Kubectl;
  readonly #gitOpsFolder: string;
  readonly #archives = new Map<string, Buffer>();
  readonly #stop = new AbortController();
  readonly #server = createServer((request, response) => {
    const archive = this.#archives.get(request.url ?? "");
    response.statusCode = archive === undefined ? 404 : 200;
    response.end(archive);
  });
  #running: Promise<void> | undefined;
  #failure: unknown;
  /** Times that it read Git. */
  looks = 0;

  constructor(kubeconfig: string, gitOpsFolder: string) {
    this.#kubectl = new Kubectl(kubeconfig);
    this.#gitOpsFolder = gitOpsFolder;
  }

  async start(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    this.#running = this.#run();
  }

  /** Throws what it failed with. */
  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#running;
    this.#server.close();
    if (this.#failure !== undefined) throw this.#failure;
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      try {
        const kinds = "gitrepositories,ocirepositories";
        const args = ["-n", fluxNamespace, "get", kinds, "-o", "json"];
        const { items } = JSON.parse(await this.#kubectl.output(args)) as { items: FluxSource[] };
        for (const source of items) {
          if (source.kind === "GitRepository") await this.#readGit(source);
          else await this.#readImage(source);
        }
      } catch (error) {
        this.#failure = error;
        return;
      }
      await sleep(300);
    }
  }

  async #readGit(source: FluxSource): Promise<void> {
    const asked = source.metadata.annotations?.["reconcile.fluxcd.io/requestedAt"];
    const { artifact, lastHandledReconcileAt } = source.status ?? {};
    if (artifact !== undefined && asked === lastHandledReconcileAt) return;
    this.looks += 1;
    const commit = (await git(this.#gitOpsFolder, "rev-parse", "main")).trim();
    const archive = await shell(`git -C "${this.#gitOpsFolder}" archive ${commit}`);
    await this.#write(source, `main@sha1:${commit}`, gzipSync(archive), {
      ...(asked !== undefined && { lastHandledReconcileAt: asked }),
    });
  }

  async #readImage(source: FluxSource): Promise<void> {
    const digest = source.spec.ref?.digest ?? "";
    if (source.status?.artifact?.revision === digest) return;
    const repository = source.spec.url.replace("oci://", "");
    const crane = requireTool("crane");
    const manifest = await output(crane, ["manifest", "--insecure", `${repository}@${digest}`]);
    const { layers } = JSON.parse(manifest) as { layers: { digest: string }[] };
    const archive = await shell(`"${crane}" blob --insecure "${repository}@${layers[0]?.digest}"`);
    await this.#write(source, digest, archive);
  }

  async #write(
    { kind, metadata }: FluxSource,
    revision: string,
    archive: Buffer,
    more: object = {},
  ): Promise<void> {
    const sum = createHash("sha256").update(archive).digest("hex");
    const path = `/${kind}/${sum}.tar.gz`;
    this.#archives.set(path, archive);
    const { port } = this.#server.address() as AddressInfo;
    const now = new Date().toISOString().replace(/\.\d+Z$/, "Z");
    const status = {
      observedGeneration: metadata.generation,
      artifact: {
        revision,
        digest: `sha256:${sum}`,
        path: path.slice(1),
        url: `http://127.0.0.1:${port}${path}`,
        lastUpdateTime: now,
      },
      conditions: [
        {
          type: "Ready",
          status: "True",
          reason: "Succeeded",
          message: `stored artifact for digest '${revision}'`,
          lastTransitionTime: now,
          observedGeneration: metadata.generation,
        },
      ],
      ...more,
    };
    await this.#kubectl.output([
      ...["-n", fluxNamespace, "patch", kind, metadata.name],
      ...["--subresource=status", "--type=merge", "-p", JSON.stringify({ status })],
    ]);
  }
}

/** What a command prints, byte for byte. */
async function shell(command: string): Promise<Buffer> {
  return Buffer.from(await output("sh", ["-c", `${command} | base64`]), "base64");
}
