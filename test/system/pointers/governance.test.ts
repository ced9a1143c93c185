import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Controller } from "../../ground/index.ts";
import { Journey } from "../ground/journey.ts";

/**
 * Three environments as a team has them, each person with the roles of their own: dev takes every
 * branch by itself; staging takes main and release/* by hand; production takes tags, and what was
 * released by hand from main, with approval.
 */
describe("who gets what where", () => {
  const journey = new Journey("govern");
  let controller: Controller;
  const production = {
    allowedTriggers: ["Tag", "Manual"],
    requiresApproval: true,
    approvals: { required: 1 },
  };

  beforeAll(async () => {
    await journey.create();
    await journey.bind("alice", "forge-view", "forge-deployer");
    await journey.bind("bob", "forge-view", "forge-approver");
    await journey.bind("carol", "forge-view", "forge-approver", "forge-deployer");
    await journey.bind("dave", "forge-releaser");
    await journey.apply(
      journey.environment("dev", { autoDeploy: true }),
      journey.environment("staging", { allowedBranches: ["main", "release/*"] }),
      journey.environment("production", production),
    );
    controller = await journey.controller();
  });

  afterAll(async () => {
    await controller.process.stop();
  });

  const policyPath = (field: string) => `.status.policy.rules.promotionPolicy.approvals.${field}`;
  const asAlice = (environment: string, release: string, spec: object = {}) =>
    journey.as("alice").apply(journey.namespace, journey.pointer(environment, release, spec));

  test("a pipeline releases a feature branch: dev takes it, staging refuses it", async () => {
    const release = journey.release("by-pipeline", "fe", {
      trigger: { type: "BranchPush", branch: "feature/login", actor: "dave" },
    });
    await journey.as("dave").apply(journey.namespace, release);
    await journey.deployed("dev", 1);
    await asAlice("staging", "1");
    expect(await journey.refused("staging", "BranchNotAllowed")).toContain("feature/login");
    await expect(
      journey.as("dave").apply(journey.namespace, journey.pointer("dev", "1")),
    ).rejects.toThrow("forbidden");
  });

  test("what comes from main goes to staging by hand", async () => {
    const number = await journey.released();
    await asAlice("staging", String(number));
    const pointer = await journey.deployed("staging", number);
    expect(pointer.spec["request"]).toMatchObject({ type: "Deploy", by: "alice" });
  });

  test("a branch push does not go to production; a tag waits for approval", async () => {
    await asAlice("production", "2");
    await journey.refused("production", "TriggerNotAllowed");
    await journey.released({ trigger: { type: "Tag", tag: "auth/v1.0.0" } });
    await asAlice("production", "v1.0.0");
    expect(await journey.refused("production", "ApprovalMissing")).toContain("1");
  });

  test("who may not approve is turned away; an approval lets it in, and is recorded", async () => {
    await expect(journey.judge("alice", "production", 3)).rejects.toThrow("forbidden");
    const name = await journey.judge("bob", "production", 3);
    await journey.deployed("production", 3);
    const [record] = await journey.outcomes("production", ["Active"]);
    expect(record?.spec).toMatchObject({
      request: { by: "alice" },
      approvals: [{ name, approver: "bob" }],
    });
  });

  test("an approval of another image does not count", async () => {
    const number = await journey.released({ trigger: { type: "Manual", branch: "main" } });
    await asAlice("production", String(number));
    const digest = `sha256:${"0".repeat(64)}`;
    const { commit } = (await journey.get("release", `release-${number - 1}`)).spec as {
      commit: string;
    };
    const { repository } = journey;
    const other = { repository, project: "auth", commit, digest };
    await journey.judge("bob", "production", number, { release: other });
    expect(await journey.refused("production", "ApprovalMissing")).toContain("1");
  });

  test("nobody approves what they ask for themselves", async () => {
    const number = await journey.released({ trigger: { type: "Manual", branch: "main" } });
    await journey
      .as("carol")
      .apply(journey.namespace, journey.pointer("production", String(number)));
    await journey.judge("carol", "production", number);
    expect(await journey.refused("production", "ApprovalMissing")).toContain("1");
    await journey.judge("bob", "production", number);
    await journey.deployed("production", number);
  });

  test("what was revoked, or ran out, while the release waited does not count", async () => {
    await journey.apply(
      journey.environment("production", { ...production, approvals: { required: 2 } }),
    );
    const number = await journey.released({ trigger: { type: "Manual", branch: "main" } });
    await asAlice("production", String(number));
    const revoked = await journey.judge("bob", "production", number);
    await journey
      .as("bob")
      .output([
        ...["-n", journey.namespace, "patch", "releaseapproval", revoked, "--type=merge", "-p"],
        JSON.stringify({ spec: { revoked: { by: "bob", reason: "Too early" } } }),
      ]);
    const soon = new Date(Date.now() + 2_000).toISOString();
    await journey.judge("bob", "production", number, { expiresAt: soon });
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    await journey.judge("carol", "production", number);
    await journey.refused("production", "ApprovalMissing");
    expect(await journey.deployedNumber("production")).not.toBe(String(number));
    await journey.judge("bob", "production", number);
    await journey.deployed("production", number);
  });

  test("a rejection blocks, whoever approves", async () => {
    const number = await journey.released({ trigger: { type: "Manual", branch: "main" } });
    await journey.judge("carol", "production", number, { decision: "Reject" });
    await asAlice("production", String(number));
    await journey.judge("bob", "production", number);
    expect(await journey.refused("production", "Rejected")).toContain("carol");
  });

  test("a lock of the pointer holds everybody up", async () => {
    await asAlice("staging", "2", { lock: { by: "alice", reason: "Load test" } });
    await asAlice("staging", "4", { lock: { by: "alice", reason: "Load test" } });
    expect(await journey.refused("staging", "PointerLocked")).toContain("Load test");
    await asAlice("staging", "4");
    await journey.deployed("staging", 4);
  });

  test("a freeze that ends while a release waits lets it in", async () => {
    // Begun with the minute, and over a few seconds from now.
    const now = new Date();
    const duration = `${now.getUTCSeconds() + 4}s`;
    const cron = `${now.getUTCMinutes()} ${now.getUTCHours()} * * *`;
    await journey.apply(journey.environment("frozen", { freezes: [{ cron, duration }] }));
    await asAlice("frozen", "3");
    expect(await journey.refused("frozen", "Frozen")).toContain("frozen");
    await journey.deployed("frozen", 3);
  });

  test("what a person asked for last is what counts; what it overtook is told", async () => {
    await journey.apply(
      journey.environment("staging", { allowedBranches: ["nothing"], allowedTags: [] }),
    );
    await asAlice("staging", "1");
    await journey.refused("staging", "BranchNotAllowed");
    await asAlice("staging", "2");
    await expect
      .poll(() =>
        journey.kubectl.output([
          ...["-n", journey.namespace, "get", "events.events.k8s.io", "-o"],
          "jsonpath={range .items[?(@.reason=='Superseded')]}{.note}{'\\n'}{end}",
        ]),
      )
      .toContain("Release 1, asked for and not deployed, was superseded by release 2.");
  });

  test("an approval that was given under stricter rules must be given again", async () => {
    const strict = { ...production, approvals: { required: 2 } };
    await journey.apply(journey.environment("production", strict));
    const number = await journey.released({ trigger: { type: "Manual", branch: "main" } });
    await asAlice("production", String(number));
    const name = await journey.judge("bob", "production", number);
    await journey.waitForField("releaseapproval", name, policyPath("required"), "2");
    expect(await journey.refused("production", "ApprovalMissing")).toContain("2");
    await journey.apply(journey.environment("production", production));
    await expect
      .poll(() => journey.refused("production", "ApprovalMissing"), { timeout: 20_000 })
      .toContain("bob must approve again");
    expect(await journey.deployedNumber("production")).not.toBe(String(number));
    await journey.judge("bob", "production", number);
    await journey.deployed("production", number);
  });

  /** A release that bob approved and that runs in production. */
  async function approved(): Promise<number> {
    const number = await journey.released({ trigger: { type: "Manual", branch: "main" } });
    await journey.judge("bob", "production", number);
    await asAlice("production", String(number));
    await journey.deployed("production", number);
    return number;
  }

  test("what was rolled back must be approved again", async () => {
    const [first, back] = [await approved(), await approved()];
    const request = { type: "Rollback", by: "alice", reason: "Logins fail" };
    await asAlice("production", String(first), { request });
    await journey.deployed("production", first);
    await asAlice("production", String(back));
    expect(await journey.refused("production", "ApprovalMissing")).toContain("bob");
    // The API server's times have whole seconds: within the same one it was given before.
    await sleep(1_000);
    await journey.judge("bob", "production", back);
    await journey.deployed("production", back);
  });
});
