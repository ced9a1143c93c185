import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { git } from "../../test/ground/index.ts";
import { annotationKeys } from "./annotation-keys.ts";
import type { Ground } from "./ground.ts";
import { recordImages } from "./images.ts";
import { deadUrl } from "./objects.ts";
import type { RecordedObject } from "./recording.ts";

const target = join(
  import.meta.dirname,
  ...["..", "..", "test", "system", "upgrade", "previous-version"],
);

/** Writes what the version left behind; answers with what that was. */
export async function writeFixture(ground: Ground): Promise<string> {
  rmSync(target, { recursive: true, force: true });
  mkdirSync(target, { recursive: true });
  cpSync(ground.crds, join(target, "crds"), { recursive: true });
  const objects = await readObjects(ground);
  save(ground, "objects.json", objects);
  const log = (await git(ground.gitOpsFolder, "rev-list", "--reverse", "main")).trim().split("\n");
  const commits = [];
  for (const id of log) commits.push(await commitAt(ground.gitOpsFolder, id));
  save(ground, "commits.json", commits);
  const { checkout } = ground;
  const version = (await git(checkout, "describe", "--tags", "--always")).trim();
  const about = JSON.stringify({ version, annotations: annotationKeys(checkout) }, undefined, 2);
  writeFileSync(join(target, "version.json"), `${about}\n`);
  const images = await recordImages(objects);
  save(ground, "images.json", images);
  return `${objects.length} objects, ${commits.length} commits, ${images.length} images`;
}

async function readObjects({ kubectl }: Ground): Promise<RecordedObject[]> {
  const kinds = await kubectl.output(["api-resources", "--api-group=forge.dev", "-o", "name"]);
  const all = kinds.trim().split("\n").join(",");
  const get = ["get", all, "--all-namespaces", "-o", "json", "--show-managed-fields"];
  const { items } = JSON.parse(await kubectl.output(get)) as { items: RecordedObject[] };
  return items.map(({ metadata, ...object }) => {
    const { resourceVersion: _, ...kept } = metadata as RecordedObject["metadata"] & {
      readonly resourceVersion: string;
    };
    return { ...object, metadata: kept };
  });
}

async function commitAt(folder: string, id: string): Promise<object> {
  const message = (await git(folder, "log", "-1", "--format=%B", id)).trimEnd();
  const names = await git(folder, "show", "--format=", "--name-only", id);
  const files: Record<string, string> = {};
  for (const path of names.trim().split("\n")) {
    files[path] = await git(folder, "show", `${id}:${path}`);
  }
  return { id, message, files };
}

/** One entry a line. Addresses become those of the run that reads them. */
function save(
  { git: { url }, publicGit, registry }: Ground,
  name: string,
  list: readonly object[],
) {
  const lines = list.map((entry) => JSON.stringify(entry)).join(",\n");
  const text = `[\n${lines}\n]\n`
    .replaceAll(url, "http://GIT")
    .replaceAll(publicGit.url, deadUrl)
    .replaceAll(registry.host, "REGISTRY");
  writeFileSync(join(target, name), text);
}
