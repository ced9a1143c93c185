import { createHash } from "node:crypto";
import { ownNetwork } from "../../../src/network/index.ts";
import { RegistryClient, releaseImagesIn } from "../../../src/oci/index.ts";
import { commitFiles } from "../../ground/index.ts";
import type { Workspace } from "../ground/workspace.ts";

export interface PublishedRelease {
  readonly project: string;
  readonly commit: string;
  readonly repository: string;
  readonly digest: string;
}

/** A commit id for a number. */
export function commitOf(number: number): string {
  return createHash("sha1").update(String(number)).digest("hex");
}

export function configMap(name: string, data: Readonly<Record<string, string>>): string {
  return JSON.stringify({ apiVersion: "v1", kind: "ConfigMap", metadata: { name }, data });
}

/** Release images and pointer files of a workspace, made without a controller. */
export class PointerRepository {
  readonly workspace: Workspace;
  readonly registry: RegistryClient = new RegistryClient({ network: ownNetwork() });
  /** Where pointers say that their images are; a proxy may stand there. */
  readonly host: string;

  constructor(workspace: Workspace, host: string = workspace.ground.registry) {
    this.workspace = workspace;
    this.host = host;
  }

  get prefix(): string {
    return `${this.host}/releases`;
  }

  /** Publishes `objects` ConfigMaps, or the YAML texts given. */
  async publish(
    project: string,
    number: number,
    objects: number | readonly string[] = 2,
  ): Promise<PublishedRelease> {
    const { repository, ground } = this.workspace;
    const texts =
      typeof objects === "number"
        ? Array.from({ length: objects }, (_none, index) =>
            configMap(`${project}-${index}`, { number: String(number) }),
          )
        : objects;
    const { digest } = await releaseImagesIn(this.registry).publish(
      {
        registry: `${ground.registry}/releases`,
        objects: texts.map((yaml, index) => ({ kind: "ConfigMap", name: `${index}`, yaml })),
        release: { number, aliases: [], trigger: { type: "Manual" } },
        source: { repository, project, commit: commitOf(number) },
        artifacts: [],
      },
      AbortSignal.timeout(30_000),
    );
    return {
      project,
      commit: commitOf(number),
      repository: `${this.prefix}/${repository}/${project}`,
      digest,
    };
  }

  folder(project: string, environment = "production"): string {
    return `${environment}/apps/${this.workspace.repository}/${project}`;
  }

  pointer(release: PublishedRelease, spec: object = {}): string {
    const { project, commit, repository, digest } = release;
    return JSON.stringify({
      apiVersion: "forge.dev/v1alpha1",
      kind: "ReleasePointer",
      metadata: { name: project },
      spec: {
        environment: "production",
        repository: this.workspace.repository,
        project,
        release: commit,
        image: { repository, digest },
        ...spec,
      },
    });
  }

  /** Commits files by path; returns the commit. */
  commit(files: Readonly<Record<string, string | undefined>>): Promise<string> {
    return commitFiles(this.workspace.gitOpsFolder, "main", "Change", files);
  }

  /** Commits the pointers of releases, each in its own folder. */
  point(...releases: readonly PublishedRelease[]): Promise<string> {
    return this.commit(
      Object.fromEntries(
        releases.map((release) => [
          `${this.folder(release.project)}/release.yaml`,
          this.pointer(release),
        ]),
      ),
    );
  }

  /** Puts a release there whose resources are these bytes; every digest of it is right. */
  async publishResources(project: string, number: number, layer: Uint8Array) {
    const release = await this.publish(project, number);
    const signal = AbortSignal.timeout(30_000);
    const path = `releases/${this.workspace.repository}/${project}`;
    const name = { host: this.workspace.ground.registry, path };
    const { bytes, mediaType } = await this.registry.getManifest(
      { ...name, digest: release.digest },
      signal,
    );
    const manifest = JSON.parse(Buffer.from(bytes).toString("utf8")) as {
      layers: { mediaType: string; digest: string; size: number }[];
    };
    const digest = sha256(layer);
    for (const each of manifest.layers) {
      if (each.mediaType.endsWith("tar+gzip")) {
        Object.assign(each, { digest, size: layer.byteLength });
      }
    }
    const changed = Buffer.from(JSON.stringify(manifest));
    await this.registry.putBlob(name, digest, layer, signal);
    await this.registry.putManifest(
      { ...name, digest: sha256(changed) },
      { mediaType, bytes: changed },
      signal,
    );
    return { ...release, digest: sha256(changed) };
  }

  async close(): Promise<void> {
    await this.registry[Symbol.asyncDispose]();
  }
}

function sha256(bytes: Uint8Array): string {
  return `sha256:${createHash("sha256").update(bytes).digest("hex")}`;
}
