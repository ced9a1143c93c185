import { rmSync } from "node:fs";
import { join } from "node:path";
import { output } from "../../../test/ground/index.ts";
import { requireTool } from "../../../tools/locate.ts";
import type { Ground } from "../ground.ts";
import { commit, release, repository } from "../objects.ts";
import type { Recording } from "../recording.ts";

const name = `releases/${repository}/catalog`;

/** Releases that say something of their image: what is in it, and whether it was there before. */
export async function images(recording: Recording, ground: Ground): Promise<void> {
  const rel = (title: string, digits: string, spec: object = {}, metadata: object = {}) =>
    release("catalog", title, digits, spec, metadata);
  await recording.create(
    rel("untagged", "a1"),
    rel("removed", "a2"),
    rel("found", "a3"),
    rel("adopted", "a4"),
    rel("copied", "a5"),
    rel("questionable", "a6", { artifacts: [artifact], source: { manifests: questionable } }),
    rel("retried", "a7", { source: { manifests: "# nothing\n" } }),
    rel("lacking", "a8", { artifacts: [{ ...artifact, uri: `${ground.registry.host}/none` }] }),
    rel("floating", "a9", { artifacts: [unpinned] }),
  );
  for (const title of ["untagged", "removed", "found", "adopted", "copied", "questionable"]) {
    await recording.ready("release", title);
  }
  await recording.reported("release", "retried", "Ready", "NoManifests");
  await recording.annotate("release", "retried", "forge.dev/retry=1");
  await recording.reported("release", "lacking", "Rendered", "ArtifactMissing");
  await recording.reported("release", "floating", "Rendered", "ArtifactNotPinned");

  const { status: found } = await recording.get("release", "found");
  await crane("copy", found?.image?.ref ?? "", imageIn(ground, `:${commit("aa")}`));
  await recording.create(rel("taken", "aa"));
  await recording.reported("release", "taken", "Packaged", "ImageTaken");

  await recording.delete("release", "adopted");
  await recording.create(rel("adopted", "a4"));
  await recording.reported("release", "adopted", "Packaged", "Adopted");

  // A snapshot that a pipeline published elsewhere, and that is no release here yet.
  const { status } = await recording.get("release", "copied");
  const { digest = "" } = status?.image ?? {};
  await crane("copy", imageIn(ground, `@${digest}`), `${ground.registry.host}/elsewhere:copied`);
  await recording.delete("release", "copied");
  await crane("delete", imageIn(ground, `@${digest}`));
  const ref = `${ground.registry.host}/elsewhere@${digest}`;
  await recording.create(rel("copied", "a5", { source: { oci: { ref } } }));
  await recording.ready("release", "copied");
}

/** A registry loses images while the controller is stopped: the controller reports them when started. */
export async function loseImages(recording: Recording, ground: Ground): Promise<void> {
  const { status } = await recording.get("release", "removed");
  await crane("delete", imageIn(ground, `@${status?.image?.digest}`));
  for (const digits of ["a1", "a3"]) removeTag(ground, commit(digits));
}

/** One of the lost images comes back while the controller is stopped. */
export async function findImage(recording: Recording, ground: Ground): Promise<void> {
  const { status } = await recording.get("release", "found");
  await crane("tag", imageIn(ground, `@${status?.image?.digest}`), commit("a3"));
}

function imageIn({ registry }: Ground, suffix: string): string {
  return `${registry.host}/${name}${suffix}`;
}

function removeTag({ folder }: Ground, tag: string): void {
  const place = join(folder, "registry", "storage", "docker", "registry", "v2", "repositories");
  rmSync(join(place, name, "_manifests", "tags", tag), { recursive: true });
}

function crane(...args: readonly string[]): Promise<string> {
  return output(requireTool("crane"), [...args, "--insecure"]);
}

const artifact = {
  name: "web",
  type: "container-image",
  uri: "registry.example.com/web:1.2.3",
  digest: `sha256:${"d".repeat(64)}`,
  trackingUri: "https://ci.example.com/runs/1",
  fields: { signer: "ci" },
};

const unpinned = { name: "web", type: "container-image", uri: "registry.example.com/web:1.2.3" };

/** Data in a Secret, and an image that is none of the artifacts. */
const questionable = `apiVersion: v1
kind: Secret
metadata: {name: token}
stringData: {token: example}
---
apiVersion: v1
kind: Pod
metadata: {name: web}
spec:
  containers:
    - {name: web, image: "registry.example.com/web:1.2.3"}
    - {name: proxy, image: "registry.example.com/proxy:9"}
`;
