import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Controller } from "../../ground/index.ts";
import { type OwnCluster, startOwnCluster } from "../ground/own-cluster.ts";
import { conditionOf, Workspace } from "../ground/workspace.ts";

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

  test("it is free again once the owner's projects are gone", async () => {
    const all = ["-n", owner.namespace, "delete", "--all"];
    await owner.kubectl.output([...all, "releases"]);
    await owner.kubectl.output([...all, "projects"]);
    const release = await intruder.waitFor("Ready", "release", "forged");
    // Above the number that the registry still knows.
    expect(release.status.number).toBe(2);
  });
});
