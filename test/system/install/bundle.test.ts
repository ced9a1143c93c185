import { join } from "node:path";
import { expect, test } from "vitest";
import { output } from "../../ground/index.ts";
import { Workspace } from "../ground/workspace.ts";
import { releaseInCue } from "./release-in-cue.ts";

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
  await releaseInCue(workspace);
  await controller.process.stop();
});
