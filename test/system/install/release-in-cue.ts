import { join } from "node:path";
import { expect } from "vitest";
import { commitFiles, createBareRepository } from "../../ground/index.ts";
import type { Workspace } from "../ground/workspace.ts";

/** Has a project in CUE released, which takes the thread and the module; answers its Release. */
export async function releaseInCue(workspace: Workspace) {
  const repository = join(workspace.ground.gitRoot, `${workspace.namespace}-source.git`);
  await createBareRepository(repository);
  const object = 'apiVersion: "v1", kind: "ConfigMap", metadata: name: "in-cue"';
  const commit = await commitFiles(repository, "main", "In CUE", {
    "app.cue": `package app\n\nresources: map: {${object}}\n`,
  });
  const url = `${workspace.ground.gitUrl}/${workspace.namespace}-source.git`;
  const source = { url, secretRef: { name: "git-credentials" } };
  await workspace.apply(workspace.project("in-cue", { source }));
  const spec = { project: "in-cue", source: { git: source } };
  await workspace.apply(workspace.release("in-cue", commit, spec));
  const release = await workspace.waitFor("Ready", "release", "in-cue");
  expect(await workspace.manifests(release.status.image?.ref ?? "")).toContain("name: in-cue");
  return release;
}
