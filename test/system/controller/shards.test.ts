import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Controller } from "../../ground/index.ts";
import { conditionOf, Workspace } from "../ground/workspace.ts";

/**
 * Two controllers that see the same namespace, one without a shard and one of shard "east". Who did
 * what is read from the log of each: only who works on a key logs it as anything but looked at.
 */

const workspace = new Workspace("shards");
const controllers: Record<string, Controller> = {};

const projectOf = (name: string, shard?: string) => ({
  apiVersion: "forge.dev/v1alpha1",
  kind: "Project",
  metadata: { name, ...(shard !== undefined && { labels: { "forge.dev/shard": shard } }) },
  spec: { repository: workspace.repository, name },
});
const releaseOf = (project: string, commit: string) =>
  workspace.release(`${project}-${commit}`, commit, { project });
const pointerOf = (project: string, release: string) => ({
  ...workspace.pointer("dev", release, { project }),
  metadata: { name: `dev-${project}` },
});

/** The controllers that numbered, packaged or committed anything of a project. */
function workersOf(project: string): string[] {
  const marks = [/"release numbered"/, /"release packaged"/];
  return Object.keys(controllers).filter((name) =>
    workspace
      .log(name)
      .split("\n")
      .some((line) => line.includes(project) && marks.some((mark) => mark.test(line))),
  );
}

beforeAll(async () => {
  await workspace.create();
  controllers["default"] = await workspace.controller({ name: "default" });
  controllers["east"] = await workspace.controller({ name: "east", args: ["--shard=east"] });
  await workspace.apply(workspace.environment("dev"));
});

afterAll(async () => {
  for (const { process } of Object.values(controllers)) await process.stop();
});

describe("a project is worked on by its shard alone", () => {
  test.each([
    { because: "labelled with a shard, by that one", project: "web", shard: "east", by: "east" },
    {
      because: "without a label, by the default one",
      project: "api",
      shard: undefined,
      by: "default",
    },
    { because: "that nobody made, by the default one", project: "new", shard: null, by: "default" },
  ])("$because", async ({ project, shard, by }) => {
    if (shard !== null) await workspace.apply(projectOf(project, shard));
    await workspace.apply(releaseOf(project, "a1"), pointerOf(project, "1"));
    await workspace.waitFor("Ready", "release", `${project}-a1`);
    await workspace.waitFor("Ready", "releasepointer", `dev-${project}`);
    expect(workersOf(`${project}-a1`)).toEqual([by]);
  });

  test("an environment is the default shard's", async () => {
    const environment = await workspace.waitFor("Ready", "environment", "dev");
    expect(conditionOf(environment, "Ready")).toMatchObject({ reason: "Valid" });
  });
});

describe("a label that is moved moves the project", () => {
  test("with its releases and pointers, its counter going on", async () => {
    await workspace.apply(projectOf("mover"), releaseOf("mover", "a1"), pointerOf("mover", "1"));
    await workspace.waitFor("Ready", "releasepointer", "dev-mover");
    expect(workersOf("mover-a1")).toEqual(["default"]);

    await workspace.apply(projectOf("mover", "east"));
    await workspace.apply(releaseOf("mover", "b2"), pointerOf("mover", "2"));
    await workspace.waitForField("releasepointer", "dev-mover", ".status.deployed.number", "2");
    expect(workersOf("mover-b2")).toEqual(["east"]);

    await workspace.kubectl.output([
      ...["-n", workspace.namespace, "label", "project", "mover", "forge.dev/shard-"],
    ]);
    await workspace.apply(releaseOf("mover", "c3"), pointerOf("mover", "3"));
    await workspace.waitForField("releasepointer", "dev-mover", ".status.deployed.number", "3");
    expect(workersOf("mover-c3")).toEqual(["default"]);
  });

  test("one of a shard that does not run waits until its label names one that does", async () => {
    await workspace.apply(projectOf("parked", "west"), releaseOf("parked", "a1"));
    await workspace.apply(pointerOf("parked", "1"));
    // What both controllers have seen after it, they have seen it before.
    await workspace.apply(releaseOf("web", "b2"), releaseOf("api", "b2"));
    await workspace.waitFor("Ready", "release", "web-b2");
    await workspace.waitFor("Ready", "release", "api-b2");
    expect((await workspace.get("release", "parked-a1")).status.conditions).toBeUndefined();

    await workspace.apply(projectOf("parked", "east"));
    await workspace.waitFor("Ready", "releasepointer", "dev-parked");
    expect(workersOf("parked-a1")).toEqual(["east"]);
  });
});

test("a label that no shard can have is said of the project and all that is its own", async () => {
  await workspace.apply(
    projectOf("lost", "No_Shard"),
    releaseOf("lost", "a1"),
    pointerOf("lost", "1"),
  );
  for (const [kind, name] of [
    ["project", "lost"],
    ["release", "lost-a1"],
    ["releasepointer", "dev-lost"],
  ] as const) {
    const object = await workspace.waitFor("Stalled", kind, name);
    const { reason, message } = conditionOf(object, "Ready") ?? {};
    expect({ kind, reason, message }).toMatchObject({ kind, reason: "InvalidShard" });
    expect(message).toContain('forge.dev/shard="No_Shard"');
  }
  await workspace.apply(projectOf("lost", "east"));
  await workspace.waitFor("Ready", "releasepointer", "dev-lost");
  expect(workersOf("lost-a1")).toEqual(["east"]);
});
