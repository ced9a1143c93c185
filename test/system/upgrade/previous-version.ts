import { readFileSync } from "node:fs";
import { join } from "node:path";
import { RegistryClient } from "../../../src/oci/index.ts";
import { commitFiles, createBareRepository, type Kubectl } from "../../ground/index.ts";
import type { OwnCluster } from "../ground/own-cluster.ts";

/** What the previous version left behind; hack/previous-version records it. */
const folder = join(import.meta.dirname, "previous-version");
export const previousCrds = join(folder, "crds");
export const previousNamespace = "previous";

export interface StoredObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace: string; readonly uid: string };
  readonly spec: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
}

interface Commit {
  readonly id: string;
  readonly message: string;
  readonly files: Readonly<Record<string, string>>;
}

interface Image {
  readonly tag: string;
  readonly manifest: string;
  readonly blobs: Readonly<Record<string, string>>;
}

export async function installPrevious(kubectl: Kubectl): Promise<void> {
  await kubectl.output(["apply", "-f", previousCrds]);
  await kubectl.output(["wait", "--for=condition=Established", "crd", "--all", "--timeout=60s"]);
}

/**
 * Puts everything in its place: the commits, the images, and the objects, byte by byte as they were
 * stored, past the API server. Returns the objects, with the addresses and commits of this run.
 */
export async function leaveBehind({ plane, kubectl, ground }: OwnCluster): Promise<StoredObject[]> {
  const read = (name: string) =>
    readFileSync(join(folder, name), "utf8")
      .replaceAll("http://GIT", ground.gitUrl)
      .replaceAll("REGISTRY", ground.registry);
  const gitOps = join(ground.gitRoot, `${previousNamespace}.git`);
  await createBareRepository(gitOps);
  let objects = read("objects.json");
  for (const { id, message, files } of JSON.parse(read("commits.json")) as Commit[]) {
    objects = objects.replaceAll(id, await commitFiles(gitOps, "main", message, files));
  }
  await pushImages(
    `${ground.registry}/releases/company/previous/auth`,
    JSON.parse(read("images.json")) as Image[],
  );
  await kubectl.output(["create", "namespace", previousNamespace]);
  await kubectl.apply(previousNamespace, {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "git-credentials" },
    stringData: ground.gitCredentials,
  });
  const stored = JSON.parse(objects) as StoredObject[];
  for (const object of stored) {
    const { name, namespace } = object.metadata;
    const key = `/registry/forge.dev/${object.kind.toLowerCase()}s/${namespace}/${name}`;
    await plane.store(key, object);
  }
  return stored;
}

async function pushImages(repository: string, images: readonly Image[]): Promise<void> {
  await using registry = new RegistryClient();
  const signal = AbortSignal.timeout(30_000);
  const [host = "", path = ""] = repository.split(/\/(.*)/s);
  for (const { tag, manifest, blobs } of images) {
    for (const [digest, base64] of Object.entries(blobs)) {
      await registry.putBlob({ host, path }, digest, Buffer.from(base64, "base64"), signal);
    }
    const { mediaType } = JSON.parse(manifest) as { mediaType: string };
    const bytes = Buffer.from(manifest);
    await registry.putManifest({ host, path, tag }, { mediaType, bytes }, signal);
  }
}
