import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Controller } from "../../ground/index.ts";
import { Journey } from "../ground/journey.ts";
import { present } from "../ground/workspace.ts";

describe("a request that replaces one on its way", () => {
  const journey = new Journey("replaced");
  let controller: Controller;

  beforeAll(async () => {
    await journey.create();
    await journey.apply(journey.environment("dev"));
    controller = await journey.controller();
    await journey.firstDeployed("dev", 2);
    await journey.ask("dev", { release: "2" });
    await journey.deployed("dev", 2);
  });

  afterAll(async () => {
    await controller.process.stop();
  });

  const hook = () => join(journey.gitOpsFolder, "hooks", "pre-receive");
  const refusePushes = () => writeFileSync(hook(), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
  const takePushes = () => rmSync(hook());
  const begun = (sequence: number) =>
    journey.waitForField(
      "releasepointer",
      journey.pointerName("dev"),
      ".status.deployment.sequence",
      String(sequence),
    );
  const holdOf = async () =>
    (await journey.get("releasepointer", journey.pointerName("dev"))).spec["hold"];

  test("a rollback to what somebody else was deploying holds, and is recorded as one", async () => {
    refusePushes();
    await journey.ask("dev", { release: "1", request: { type: "Deploy", by: "admin" } });
    await begun(3);
    await journey.refused("dev", "GitRejected");
    await journey.ask("dev", { request: { type: "Rollback", reason: "Logins fail" } });
    await journey.refused("dev", "GitRejected");
    takePushes();
    await journey.deployed("dev", 1);
    expect(await holdOf()).toMatchObject({ reason: "Rolled back by admin: Logins fail" });
    const records = await journey.records("dev");
    expect(records.at(-1)?.spec.request).toMatchObject({ type: "Rollback", by: "admin" });
  });

  test("a deployment of what runs ends the hold of a rollback that never came", async () => {
    await journey.ask("dev", {
      release: "2",
      request: { type: "Deploy", by: "admin", reason: null },
    });
    await journey.deployed("dev", 2);
    refusePushes();
    await journey.ask("dev", { release: "1", request: { type: "Rollback" } });
    await expect.poll(holdOf, { timeout: 20_000 }).toBeDefined();
    await journey.refused("dev", "GitRejected");
    await journey.ask("dev", { release: "2", request: { type: "Deploy", by: "admin" } });
    takePushes();
    await journey.waitFor("Ready", "releasepointer", journey.pointerName("dev"));
    await expect.poll(holdOf, { timeout: 40_000 }).toBeUndefined();
  });

  test("the record tells of the approvals by which it was pushed in the end", async () => {
    await journey.bind("bob", "forge-view", "forge-approver");
    await journey.bind("carol", "forge-view", "forge-approver");
    await journey.apply(journey.environment("dev", { requiresApproval: true }));
    refusePushes();
    const name = await journey.judge("bob", "dev", 1);
    await journey.ask("dev", { release: "1", request: { type: "Deploy", by: "admin" } });
    await journey.refused("dev", "GitRejected");
    const revoked = JSON.stringify({ spec: { revoked: { by: "bob", reason: "Too early" } } });
    await journey
      .as("bob")
      .output([
        ...["-n", journey.namespace, "patch", "releaseapproval", name, "--type=merge", "-p"],
        revoked,
      ]);
    await journey.refused("dev", "ApprovalMissing");
    const outcome = async () => (await journey.records("dev")).at(-1)?.status.outcome;
    await expect.poll(outcome).toBe("Blocked");
    takePushes();
    await journey.judge("carol", "dev", 1);
    await journey.deployed("dev", 1);
    const records = await journey.records("dev");
    expect(records.at(-1)?.spec.approvals).toMatchObject([{ approver: "carol" }]);
    await expect
      .poll(async () => (await journey.records("dev")).at(-2)?.status.outcome)
      .toBe("Superseded");
  });

  test("a lock that is set while the push has to wait holds", async () => {
    await journey.apply(journey.environment("dev"));
    const { sequence } = present(
      (await journey.get("releasepointer", journey.pointerName("dev"))).status.deployment,
    );
    writeFileSync(hook(), "#!/bin/sh\nsleep 4\nexit 1\n", { mode: 0o755 });
    await journey.ask("dev", { release: "2", request: { type: "Deploy", by: "admin" } });
    await begun(sequence + 1);
    await journey.ask("dev", { lock: { by: "admin", reason: "Incident 7" } });
    takePushes();
    expect(await journey.refused("dev", "PointerLocked")).toContain("Incident 7");
    await new Promise((resolve) => setTimeout(resolve, 6_000));
    expect(await journey.deployedNumber("dev")).toBe("1");
    await journey.ask("dev", { lock: null });
    await journey.deployed("dev", 2);
  });

  test("a pointer that is suspended while its push waits behind another one stays where it is", async () => {
    await journey.apply(journey.environment("busy"));
    const name = journey.pointerName("dev");
    const { deployment } = (await journey.get("releasepointer", name)).status;
    writeFileSync(hook(), "#!/bin/sh\nsleep 4\n", { mode: 0o755 });
    await journey.apply(journey.pointer("busy", "1"));
    const busy = journey.pointerName("busy");
    await journey.waitForField("releasepointer", busy, ".status.deployment.sequence", "1");
    await journey.ask("dev", { release: "1", request: { type: "Deploy", by: "admin" } });
    await begun(present(deployment).sequence + 1);
    await journey.ask("dev", { suspend: true });
    await journey.deployed("busy", 1);
    await journey.refused("dev", "Suspended");
    takePushes();
    expect(await journey.deployedNumber("dev")).toBe("2");
    await journey.ask("dev", { suspend: false });
    await journey.deployed("dev", 1);
  });
});
