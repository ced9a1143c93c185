import { join } from "node:path";
import { expect, test } from "vitest";
import { commitFiles, createBareRepository, output } from "../../ground/index.ts";
import { Workspace } from "../ground/workspace.ts";

const root = join(import.meta.dirname, "..", "..", "..");

test("make build gives a program that needs only what is beside it, and does the work", async () => {
  await output("make", ["--no-print-directory", "build"], { cwd: root });
  const workspace = new Workspace("bundle");
  await workspace.create();
  await workspace.kubectl.output(["apply", "-f", "crds/"]);
  const program = join(root, "dist", "forge-controller.js");
  const controller = await workspace.controller({ program });
  await workspace.apply(workspace.release("first", "a1"));
  const release = await workspace.waitFor("Ready", "release", "first");
  expect(release.status.number).toBe(1);
  // CUE is beside it: the thread and the module.
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
  const inCue = await workspace.waitFor("Ready", "release", "in-cue");
  expect(await workspace.manifests(inCue.status.image?.ref ?? "")).toContain("name: in-cue");
  await controller.process.stop();
});
