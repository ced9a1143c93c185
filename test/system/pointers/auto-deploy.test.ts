import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Controller } from "../../ground/index.ts";
import { Journey } from "../ground/journey.ts";
import { present } from "../ground/workspace.ts";

describe("automatic deployments", () => {
  const journey = new Journey("auto");
  let controller: Controller;

  beforeAll(async () => {
    await journey.create();
    await journey.apply(
      journey.environment("dev", { autoDeploy: true }),
      journey.environment("staging", {
        autoDeploy: true,
        promotesFrom: [{ environment: "dev", soak: "3s" }],
      }),
      journey.environment("picky", { autoDeploy: true, allowedBranches: ["release/*"] }),
    );
    controller = await journey.controller();
  });

  afterAll(async () => {
    await controller.process.stop();
  });

  test("a release that becomes ready is deployed, by a pointer that was not there", async () => {
    expect(await journey.released()).toBe(1);
    const pointer = await journey.deployed("dev", 1);
    expect(pointer.spec).toMatchObject({
      release: "1",
      request: { type: "Deploy", by: "forge-controller", automatic: true },
    });
    const [record] = await journey.outcomes("dev", ["Active"]);
    expect(record?.spec).toMatchObject({
      sequence: 1,
      release: { number: 1 },
      generations: { from: 1, to: 1 },
      request: { type: "Deploy", automatic: true },
      decision: { allowed: true },
    });
    expect(record?.status.git?.commit).toBe((await journey.git("rev-parse", "main")).trim());
  });

  test("it comes to the next environment when it has run its time in the one before", async () => {
    const pointer = await journey.deployed("staging", 1);
    expect(pointer.spec).toMatchObject({ request: { type: "Promote", automatic: true } });
    const [before] = await journey.records("dev");
    const [after] = await journey.outcomes("staging", ["Active"]);
    const waited =
      Date.parse(present(after?.status.committedAt)) -
      Date.parse(present(before?.status.committedAt));
    expect(waited).toBeGreaterThanOrEqual(3_000);
  });

  test("what a policy does not let in stays out, and the newest that it lets in goes", async () => {
    const branch = { trigger: { type: "BranchPush", branch: "release/2026" } };
    const wanted = await journey.released(branch);
    const other = await journey.released();
    await journey.deployed("dev", other);
    await journey.deployed("picky", wanted);
    expect(await journey.deployedNumber("picky")).toBe(String(wanted));
  });

  test("a hold is passed by, until it is lifted", async () => {
    const before = await journey.deployedNumber("dev");
    await journey.ask("dev", { hold: { by: "admin", reason: "Under inspection" } });
    const number = await journey.released();
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    expect(await journey.deployedNumber("dev")).toBe(before);
    await journey.ask("dev", { hold: null });
    await journey.deployed("dev", number);
  });

  test("what a person asked for and waits is not pushed aside", async () => {
    await journey.ask("dev", { release: "v9.9.9", request: { type: "Promote" } });
    await journey.refused("dev", "ReleaseNotFound");
    const before = await journey.deployedNumber("dev");
    const number = await journey.released();
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect(await journey.deployedNumber("dev")).toBe(before);
    await journey.ask("dev", { release: String(number), request: { type: "Deploy", by: "admin" } });
    await journey.deployed("dev", number);
  });

  test("a patch of a person over an automatic request is a request of the person", async () => {
    const number = await journey.released();
    await journey.deployed("dev", number);
    await journey.ask("dev", { release: "1", request: { type: "Promote" } });
    const pointer = await journey.deployed("dev", 1);
    expect(pointer.spec["request"]).toEqual({ type: "Promote", by: "admin" });
  });

  test("nobody but forge calls a request automatic", async () => {
    await journey.bind("alice", "forge-view", "forge-deployer");
    await expect(
      journey.ask("dev", { release: "1", request: { automatic: true, reason: "Mine" } }, "alice"),
    ).rejects.toThrow("spec.request.automatic is set by forge alone");
  });
});
