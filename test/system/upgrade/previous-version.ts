import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ownNetwork } from "../../../src/network/index.ts";
import { parseReference, RegistryClient } from "../../../src/oci/index.ts";
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
  /** With its tag, or with its digest where no tag names it. */
  readonly reference: string;
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
  await createProtectedRepository(ground.gitRoot);
  await pushImages(JSON.parse(read("images.json")) as Image[]);
  const stored = JSON.parse(objects) as StoredObject[];
  for (const name of new Set(stored.map(({ metadata }) => metadata.namespace))) {
    await kubectl.output(["create", "namespace", name]);
  }
  await kubectl.apply(previousNamespace, {
    apiVersion: "v1",
    kind: "Secret",
    metadata: { name: "git-credentials" },
    stringData: ground.gitCredentials,
  });
  for (const object of stored) {
    const { name, namespace } = object.metadata;
    const key = `/registry/forge.dev/${object.kind.toLowerCase()}s/${namespace}/${name}`;
    await plane.store(key, object);
  }
  return stored;
}

/** A GitOps repository that refuses every push, as when the objects were recorded. */
async function createProtectedRepository(root: string): Promise<void> {
  const repository = join(root, "previous-protected.git");
  await createBareRepository(repository);
  await commitFiles(repository, "main", "First", { "README.md": "Pointers.\n" });
  const hook = join(repository, "hooks", "pre-receive");
  writeFileSync(hook, "#!/bin/sh\nexit 1\n");
  chmodSync(hook, 0o755);
}

async function pushImages(images: readonly Image[]): Promise<void> {
  await using registry = new RegistryClient({ network: ownNetwork() });
  const signal = AbortSignal.timeout(30_000);
  for (const { reference, manifest, blobs } of images) {
    const place = parseReference(reference);
    for (const [digest, base64] of Object.entries(blobs)) {
      await registry.putBlob(place, digest, Buffer.from(base64, "base64"), signal);
    }
    const { mediaType } = JSON.parse(manifest) as { mediaType: string };
    const bytes = Buffer.from(manifest);
    await registry.putManifest(place, { mediaType, bytes }, signal);
  }
}
