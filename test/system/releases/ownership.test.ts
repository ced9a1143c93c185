import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Controller } from "../../ground/index.ts";
import { type OwnCluster, startOwnCluster } from "../ground/own-cluster.ts";
import { conditionOf, present, Workspace } from "../ground/workspace.ts";

describe("a repository belongs to one namespace", () => {
  const repository = `contested/repository-${process.pid}`;
  // Its controller sees all namespaces, and so those of other tests.
  let cluster: OwnCluster;
  let owner: Workspace;
  let intruder: Workspace;
  let controller: Controller;

  beforeAll(async () => {
    cluster = await startOwnCluster();
    owner = new Workspace("owner", cluster.ground);
    intruder = new Workspace("intruder", cluster.ground);
    await owner.create();
    await intruder.create();
    controller = await owner.controller({ allNamespaces: true });
  });

  afterAll(async () => {
    await controller?.process.stop();
    await cluster.stop();
  });

  test("the namespace that released it first owns it; others are refused, and give no number", async () => {
    await owner.apply(owner.release("first", "a1", { repository }));
    await owner.waitFor("Ready", "release", "first");
    // Ages are compared by the second.
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    await intruder.apply(owner.release("forged", "b2", { repository }));
    const forged = await intruder.waitFor("Stalled", "release", "forged");
    expect(conditionOf(forged, "Ready")).toMatchObject({ reason: "RepositoryTaken" });
    expect(conditionOf(forged, "Ready")?.message).not.toContain(owner.namespace);
    expect(forged.status.number).toBeUndefined();
  });

  test("nor is a repository another's that is above it or below", async () => {
    const nested = { above: "contested", below: `${repository}/sub` };
    for (const [name, along] of Object.entries(nested)) {
      await intruder.apply(intruder.release(name, "b3", { repository: along }));
    }
    for (const name of Object.keys(nested)) {
      const release = await intruder.waitFor("Stalled", "release", name);
      expect(conditionOf(release, "Ready")).toMatchObject({ reason: "RepositoryTaken" });
      expect(release.status.number).toBeUndefined();
    }
  });

  test("nor is its image another's, whose prefix and repository make the same name of it", async () => {
    const [folder = "", name = ""] = repository.split("/");
    const tags = () => owner.crane("ls", `${owner.ground.registry}/releases/${repository}/auth`);
    const before = await tags();
    // Before its release, which would have a Project made.
    await intruder.apply(
      projectOf("sideways", name, `${owner.ground.registry}/releases/${folder}`),
    );
    const project = await intruder.waitFor("Stalled", "project", "sideways");
    expect(conditionOf(project, "Ready")).toMatchObject({ reason: "RegistryTaken" });
    expect(conditionOf(project, "RegistryAllowed")).toMatchObject({ status: "False" });
    await intruder.apply(intruder.release("sideways", "c3", { repository: name }));
    const release = await intruder.waitFor("Stalled", "release", "sideways");
    expect(conditionOf(release, "Ready")).toMatchObject({ reason: "RegistryTaken" });
    expect(conditionOf(release, "Ready")?.message).not.toContain(owner.namespace);
    expect(release.status.number).toBeUndefined();
    expect(await tags()).toBe(before);
    const first = await owner.get("release", "first");
    expect(conditionOf(first, "Ready")).toMatchObject({ status: "True" });
  });

  test("another's image is told neither as there nor as missing, as an artifact or a snapshot", async () => {
    const image = `${owner.ground.registry}/releases/${repository}/auth`;
    const there = present((await owner.get("release", "first")).status.image).ref.slice(
      image.length,
    );
    const sources = {
      artifact: (tag: string) => ({
        artifacts: [{ name: "auth", type: "Container", uri: `${image}${tag}` }],
      }),
      snapshot: (tag: string) => ({ source: { oci: { ref: `${image}${tag}` } } }),
    };
    const own = { repository: `${repository}-curious` };
    for (const [kind, sourceOf] of Object.entries(sources)) {
      const told: string[] = [];
      for (const [index, tag] of [there, `:${"d4".padEnd(40, "0")}`].entries()) {
        const name = `${kind}-${index}`;
        const commit = `${kind === "artifact" ? "d" : "e"}${index}`;
        await intruder.apply(intruder.release(name, commit, { ...own, ...sourceOf(tag) }));
        const release = await intruder.waitFor("Ready=false", "release", name);
        await expect
          .poll(async () => conditionOf(await intruder.get("release", name), "Ready")?.reason, {
            timeout: 20_000,
          })
          .toMatch(/^(ArtifactNotPinned|SourceNotAllowed)$/);
        const { reason, message } = present(
          conditionOf(await intruder.get("release", name), "Ready"),
        );
        told.push(`${reason}: ${message.replace(tag, "")}`);
        expect(release.status.image).toBeUndefined();
      }
      expect(told[0]).toBe(told[1]);
    }
  });

  test("it is free again once the owner's projects are gone", async () => {
    const all = ["-n", owner.namespace, "delete", "--all"];
    await owner.kubectl.output([...all, "releases"]);
    await owner.kubectl.output([...all, "projects"]);
    const release = await intruder.waitFor("Ready", "release", "forged");
    // Above the number that the registry still knows.
    expect(release.status.number).toBe(2);
  });
});

describe("prefixes that nobody has bounded yet", () => {
  const workspace = new Workspace("prefixes");
  const { registry } = workspace.ground;
  /** As the chart leaves it: nothing but the prefix of the controller itself. */
  const byDefault = { env: { FORGE_ALLOWED_PREFIXES: "" } };

  test("what a Project used before stays, over kills; what comes new is refused", async () => {
    await workspace.create();
    const used = `${workspace.repository}/used`;
    await workspace.apply(projectOf("used", used, `${registry}/legacy`));
    const { metadata } = await workspace.get("project", "used");
    // As the version before left it.
    const now = new Date().toISOString();
    const condition = { status: "True", reason: "Counting", message: "", lastTransitionTime: now };
    const status = {
      observedGeneration: metadata.generation,
      conditions: [{ type: "Ready", ...condition }],
    };
    await workspace.kubectl.output([
      ...["-n", workspace.namespace, "patch", "project", "used", "--subresource=status"],
      ...["--type=merge", `--patch=${JSON.stringify({ status })}`],
    ]);
    const first = await workspace.controller(byDefault);
    await workspace.waitFor("RegistryAllowed", "project", "used");
    first.process.kill("SIGKILL");
    await first.process.exited;

    const second = await workspace.controller(byDefault);
    try {
      await workspace.apply(
        workspace.release("used", "a1", { repository: used }),
        projectOf("new", `${workspace.repository}/new`, `${registry}/legacy`),
      );
      const refusedProject = await workspace.waitFor("Stalled", "project", "new");
      expect(conditionOf(refusedProject, "Ready")).toMatchObject({ reason: "RegistryNotAllowed" });
      await workspace.apply(
        workspace.release("new", "a2", { repository: `${workspace.repository}/new` }),
      );
      const release = await workspace.waitFor("Ready", "release", "used");
      expect(release.status.image?.ref).toContain(`${registry}/legacy/`);
      const project = await workspace.get("project", "used");
      expect(conditionOf(project, "RegistryAllowed")).toMatchObject({ reason: "InUseBefore" });
      const refused = await workspace.waitFor("Stalled", "release", "new");
      expect(conditionOf(refused, "Ready")).toMatchObject({ reason: "RegistryNotAllowed" });
    } finally {
      await second.process.stop();
    }
  });
});

/** A Project of the name `auth`, as Releases of tests have it. */
function projectOf(name: string, repository: string, registry: string): object {
  return {
    apiVersion: "forge.dev/v1alpha1",
    kind: "Project",
    metadata: { name },
    spec: { repository, name: "auth", registry },
  };
}
