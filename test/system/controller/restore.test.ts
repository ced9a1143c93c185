import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import type { Controller } from "../../ground/index.ts";
import { Journey } from "../ground/journey.ts";
import { backUp, type OwnCluster, startOwnCluster } from "../ground/own-cluster.ts";
import { conditionOf, type ForgeObject, present } from "../ground/workspace.ts";

/**
 * etcd is restored from before the last ten deployments. Git has them, the registry has their
 * images, and the cluster knows of neither.
 */
describe("a cluster that was restored from a backup", () => {
  let cluster: OwnCluster;
  let journey: Journey;
  let controller: Controller;
  let head: string;
  let commits: number;

  const started = () => journey.controller();
  const countCommits = async () =>
    Number((await journey.git("rev-list", "--count", "main")).trim());
  const pointer = (environment: string): Promise<ForgeObject> =>
    journey.get("releasepointer", journey.pointerName(environment));
  const commitOf = (number: number) => `${number}c`.padStart(7, "a");
  const numberOf = async (name: string) => (await journey.get("release", name)).status.number;
  const messages = async (path: string) =>
    (await journey.git("log", "--format=%s", "main", "--", path)).trim().split("\n");

  beforeAll(async () => {
    cluster = await startOwnCluster();
    journey = new Journey("restore", cluster.ground);
    await journey.create();
    await journey.apply(
      journey.environment("dev", { autoDeploy: true }),
      journey.environment("staging"),
      journey.environment("production"),
    );
    controller = await started();
    await journey.released();
    await journey.deployed("dev", 1);
    await journey.released();
    await journey.deployed("dev", 2);
    await journey.apply(journey.pointer("staging", "1"), journey.pointer("production", "1"));
    await journey.deployed("staging", 1);
    await journey.deployed("production", 1);
    await journey.outcomes("production", ["Active"]);
    await controller.process.stop();
    const backup = await backUp(cluster);

    controller = await started();
    const dev = journey.pointerName("dev");
    for (let number = 3; number <= 12; number++) {
      await journey.apply(journey.release(`release-${number}`, commitOf(number)));
      await journey.waitForField("releasepointer", dev, ".status.deployed.number", `${number}`);
    }
    await journey.ask("staging", { release: "12" });
    await journey.deployed("staging", 12);
    await journey.ask("production", { release: "12" });
    await journey.deployed("production", 12);
    const request = { type: "Rollback", by: "admin", reason: "Logins fail" };
    await journey.ask("production", { release: "2", request: { type: "Deploy", by: "admin" } });
    await journey.deployed("production", 2);
    await journey.ask("production", { release: "1", request });
    await journey.deployed("production", 1);
    await controller.process.stop();
    head = await journey.git("rev-parse", "main");
    commits = await countCommits();

    await backup.restore();
    backup.remove();
    // A person asks for something before anybody has looked.
    await journey.ask("staging", { release: "2", request: { type: "Deploy", by: "admin" } });
    controller = await started();
  }, 300_000);

  afterAll(async () => {
    await controller.process.stop();
    await cluster.stop();
  });

  test("what Git has is taken over, and said", async () => {
    const dev = await journey.deployed("dev", 12);
    expect(dev.status.deployment?.sequence).toBe(12);
    expect(dev.spec["release"]).toBe(commitOf(12).padEnd(40, "0"));
    expect(conditionOf(dev, "AdoptedFromGit")).toMatchObject({
      status: "True",
      reason: "GitAhead",
    });
    const events = await journey.kubectl.output([
      ...["-n", journey.namespace, "get", "events", "--field-selector=reason=AdoptedFromGit"],
      ...["-o", "jsonpath={range .items[*]}{.type} {.regarding.name}{.involvedObject.name}\n{end}"],
    ]);
    expect(events).toContain(`Warning ${journey.pointerName("dev")}`);
    await vi.waitFor(async () => {
      const metrics = await (await fetch(`${controller.url}/metrics`)).text();
      expect(metrics).toContain("forge_git_adoptions_total 3");
    }, 20_000);
  });

  test("a release that the cluster lost is said to be missing, and nothing older is deployed", async () => {
    await vi.waitFor(async () => {
      expect(conditionOf(await pointer("dev"), "Ready")).toMatchObject({
        status: "False",
        reason: "ReleaseNotFound",
      });
    }, 20_000);
    expect(await messages("dev")).toHaveLength(12);
  });

  test("a rollback is taken over with its hold", async () => {
    const found = await journey.deployed("production", 1);
    expect(found.status.deployment?.sequence).toBe(4);
    expect(found.spec["hold"]).toMatchObject({ reason: "Rollback by admin: Logins fail" });
    await journey.waitFor("Ready", "releasepointer", journey.pointerName("production"));
    expect(await messages("production")).toHaveLength(4);
  });

  test("what a person asked for since is carried out behind what Git has", async () => {
    const found = await journey.deployed("staging", 2);
    expect(found.status.deployment?.sequence).toBe(3);
    const [last] = await messages("staging");
    expect(last).toContain("release 2");
    expect(conditionOf(found, "AdoptedFromGit")).toMatchObject({ status: "False" });
  });

  test("one commit came of it all: the one that a person asked for", async () => {
    expect(await countCommits()).toBe(commits + 1);
    expect(await journey.git("rev-parse", "main~1")).toBe(head);
  });

  test("each deployment has one record again, as it ended", async () => {
    const ended = Array.from({ length: 11 }, () => "Superseded");
    const records = await journey.outcomes("dev", [...ended, "Active"]);
    expect(records.map(({ spec }) => spec.sequence)).toEqual(records.map((_, index) => index + 1));
    expect(records.at(-1)?.spec.release.number).toBe(12);
    await journey.outcomes("production", ["Superseded", "Superseded", "RolledBack", "Active"]);
  });

  test("a new release gets a number that no image has", async () => {
    await journey.apply(journey.release("release-13", commitOf(13)));
    await journey.waitFor("Ready", "release", "release-13");
    expect(await numberOf("release-13")).toBe(13);
    const dev = await journey.deployed("dev", 13);
    expect(dev.status.deployment?.sequence).toBe(13);
  });

  test("releases that are made again keep their numbers and images, and are not deployed", async () => {
    const before = await countCommits();
    for (const number of [12, 3, 7]) {
      const name = `release-${number}`;
      await journey.apply(journey.release(name, commitOf(number)));
      const release = await journey.waitFor("Ready", "release", name);
      expect(await numberOf(name)).toBe(number);
      expect(conditionOf(release, "Packaged")?.reason).toBe("Adopted");
      expect(present(release.status.image).digest).toBe(
        (await journey.crane("digest", present(release.status.image).ref)).trim(),
      );
    }
    expect(await countCommits()).toBe(before);
    expect(await journey.deployedNumber("dev")).toBe("13");
  });
});
