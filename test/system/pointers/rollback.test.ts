import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Controller } from "../../ground/index.ts";
import { type DeploymentObject, Journey } from "../ground/journey.ts";

describe("rollbacks and history", () => {
  const journey = new Journey("rollback");
  let controller: Controller;

  beforeAll(async () => {
    await journey.create();
    await journey.apply(journey.environment("dev", { autoDeploy: true }));
    controller = await journey.controller();
    await journey.released();
    await journey.deployed("dev", 1);
    await journey.released();
    await journey.deployed("dev", 2);
  });

  afterAll(async () => {
    await controller.process.stop();
  });

  test("a release that never ran there is no target", async () => {
    await journey.apply(journey.environment("other"));
    await journey.apply(
      journey.pointer("other", "1", { request: { type: "Rollback", by: "admin" } }),
    );
    expect(await journey.refused("other", "NeverRanHere")).toContain("other");
  });

  test("it is a deployment of the older release, which holds the pointer", async () => {
    const request = { type: "Rollback", by: "admin", reason: "Logins fail" };
    await journey.ask("dev", { release: "1", request });
    const pointer = await journey.deployed("dev", 1);
    expect(pointer.spec["hold"]).toEqual({
      by: "forge-controller",
      reason: "Rolled back by admin: Logins fail",
    });
    const records = await journey.outcomes("dev", ["Superseded", "RolledBack", "Active"]);
    expect(records[2]?.spec).toMatchObject({
      release: { number: 1 },
      previous: { number: 2 },
      request,
    });
    expect(records[1]?.status.endedAt).toBe(records[2]?.status.committedAt);
    const message = await journey.git("log", "-1", "--format=%B", "main");
    expect(message).toContain("Rollback auth in dev to release 1");
    expect(message).toContain("Rolled back by: admin");
  });

  test("the next release does not undo it", async () => {
    expect(await journey.released()).toBe(3);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(await journey.deployedNumber("dev")).toBe("1");
  });

  test("a person's deployment ends the hold, and automation goes on", async () => {
    await journey.ask("dev", { release: "3", request: { type: "Deploy", by: "admin" } });
    const pointer = await journey.deployed("dev", 3);
    expect(pointer.spec["hold"]).toBeUndefined();
    expect(await journey.released()).toBe(4);
    await journey.deployed("dev", 4);
  });

  test("a hold that a person lifted does not come back, nor does what was rolled back", async () => {
    await journey.ask("dev", { release: "3", request: { type: "Rollback", by: "admin" } });
    await journey.deployed("dev", 3);
    await journey.ask("dev", { hold: null });
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(await journey.deployedNumber("dev")).toBe("3");
    expect(await journey.released()).toBe(5);
    await journey.deployed("dev", 5);
    expect(
      (await journey.get("releasepointer", journey.pointerName("dev"))).spec,
    ).not.toHaveProperty("hold");
  });

  test("a hold of a person stays through a deployment", async () => {
    const hold = { by: "admin", reason: "Audit" };
    await journey.ask("dev", { hold, release: "2", request: { type: "Deploy", by: "admin" } });
    const pointer = await journey.deployed("dev", 2);
    expect(pointer.spec["hold"]).toEqual(hold);
  });

  test("a history that was lost is written again from the log in Git", async () => {
    const plain = (records: DeploymentObject[]) =>
      records.map(({ metadata, spec, status }) => ({
        name: metadata.name,
        release: spec.release,
        type: spec.request.type,
        by: spec.request.by,
        outcome: status.outcome,
        git: status.git,
      }));
    const before = await journey.records("dev");
    await journey.kubectl.output([
      "-n",
      journey.namespace,
      "delete",
      "releasedeployments",
      "--all",
    ]);
    const after = await journey.outcomes(
      "dev",
      before.map(({ status }) => status.outcome),
    );
    expect(plain(after)).toEqual(plain(before));
    expect(after[0]?.spec.decision.rules).toMatchObject([{ reason: "Rebuilt" }]);
  });

  test("the history is kept by count, with what runs and where a rollback goes", async () => {
    const environment = journey.environment("dev", {}) as { spec: object };
    await journey.apply({ ...environment, spec: { ...environment.spec, revisionHistoryLimit: 2 } });
    await journey.ask("dev", { release: "5", request: { type: "Deploy", by: "admin" } });
    await journey.deployed("dev", 5);
    const records = await journey.outcomes("dev", ["Superseded", "Active"]);
    expect(records.map(({ spec }) => spec.release.number)).toEqual([2, 5]);
  });
});
