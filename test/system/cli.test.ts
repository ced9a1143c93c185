import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Controller, Forge } from "../ground/index.ts";
import type { Person } from "./global-setup.ts";
import { type DeploymentObject, Journey } from "./journey.ts";
import type { ForgeObject } from "./workspace.ts";

interface List<T = ForgeObject> {
  readonly kind: string;
  readonly items: readonly T[];
}

/** alice deploys, bob approves, dave is a pipeline; carol reads. */
describe("the forge command", () => {
  const journey = new Journey("cli");
  const forge = (person: Person) => new Forge(journey.ground.people[person], journey.namespace);
  const alice = forge("alice");
  const bob = forge("bob");
  const carol = forge("carol");
  let controller: Controller;

  beforeAll(async () => {
    await journey.create();
    await journey.bind("alice", "forge-view", "forge-deployer");
    await journey.bind("bob", "forge-view", "forge-approver");
    await journey.bind("carol", "forge-view");
    await journey.bind("dave", "forge-releaser");
    await journey.apply(
      journey.environment("staging", { allowedBranches: ["main"] }),
      journey.environment("production", {
        requiresApproval: true,
        promotesFrom: [{ environment: "staging" }],
      }),
    );
    controller = await journey.controller();
    await journey.released();
    await journey.released();
  });

  afterAll(async () => {
    await controller.process.stop();
  });

  test("deploy --wait makes the pointer, and ends when the commit is there", async () => {
    const result = await alice.run("deploy", "staging", "auth", "1", "--wait", "--reason", "First");
    expect(result.stderr).toContain("Deploying release 1 of auth in staging.");
    expect(result.stderr).toMatch(/release 1 is in staging, by commit [0-9a-f]{40}\.\n$/);
    expect(result).toMatchObject({ code: 0, stdout: "" });
    const pointer = await journey.get("releasepointer", journey.pointerName("staging"));
    expect(pointer.spec["request"]).toEqual({ type: "Deploy", by: "alice", reason: "First" });
  });

  test("what is there already is not asked for again", async () => {
    const before = await journey.get("releasepointer", journey.pointerName("staging"));
    const result = await alice.run("deploy", "staging", "auth", "1");
    expect(result).toMatchObject({ code: 0, stderr: "release 1 is in staging already.\n" });
    const after = await journey.get("releasepointer", journey.pointerName("staging"));
    expect(after.metadata.generation).toBe(before.metadata.generation);
  });

  test("who may not deploy is turned away by the API server", async () => {
    const result = await carol.run("deploy", "staging", "auth", "2");
    expect(result.code).toBe(4);
    expect(result.stderr).toContain("forbidden");
  });

  test("a dry run shows every rule, is checked by the server, and changes nothing", async () => {
    const result = await alice.run("deploy", "staging", "auth", "2", "--dry-run");
    expect(result.code).toBe(0);
    expect(result.stdout).toContain("release 2 of auth may go to staging:");
    expect(result.stdout).toContain("✓ branches");
    expect(await journey.deployedNumber("staging")).toBe("1");
    const refused = await carol.run("deploy", "staging", "auth", "2", "--dry-run");
    expect(refused.code).toBe(4);
  });

  test("what a rule refuses for good is not even asked for", async () => {
    const result = await alice.run("deploy", "production", "auth", "2");
    expect(result.code).toBe(5);
    expect(result.stderr).toContain("NotRunBefore");
    expect(result.stderr).toContain("forge explain production auth 2");
    const found = await carol.json<List>("status", "auth");
    expect(found.items.map(({ spec }) => spec["environment"])).toEqual(["staging"]);
  });

  test("promote asks, approval lets it in, wait sees it through", async () => {
    const asked = await alice.run("promote", "production", "auth");
    expect(asked.code).toBe(8);
    expect(asked.stderr).toContain("forge approve production auth 1 --reason");
    const waiting = alice.run("wait", "production", "auth", "--timeout", "60s");
    const self = await alice.run("approve", "production", "auth", "--reason", "Mine");
    expect(self.code).toBe(4);
    const approved = await bob.run("approve", "production", "auth", "--reason", "Seen on staging");
    expect(approved).toMatchObject({ code: 0 });
    const waited = await waiting;
    expect(waited.code).toBe(0);
    expect(waited.stderr).toContain("ApprovalMissing");
    const [record] = await journey.outcomes("production", ["Active"]);
    expect(record?.spec).toMatchObject({
      request: { type: "Promote", by: "alice" },
      approvals: [{ approver: "bob" }],
    });
  });

  test("rollback goes to what ran before, and holds", async () => {
    await alice.output("deploy", "staging", "auth", "2", "--wait");
    const result = await alice.run("rollback", "staging", "auth", "--wait", "--reason", "Logins");
    expect(result.stderr).toContain("Rolling back to release 1 of auth in staging");
    expect(result.code).toBe(0);
    const pointer = await journey.deployed("staging", 1);
    expect(pointer.spec["hold"]).toMatchObject({ reason: "Rolled back by alice: Logins" });
    const again = await alice.run("rollback", "staging", "auth");
    expect(again.code).toBe(6);
    expect(again.stderr).toContain("RollbackTargetNotFound");
  });

  test("history lists the records, the latest first; its JSON is that of the CRD", async () => {
    const text = await carol.output("history", "staging", "auth");
    expect(text).toMatch(
      /^DEPLOYMENT +RELEASE +TYPE +BY +OUTCOME +AGE +REASON\n3 +1 +Rollback +alice/,
    );
    const list = await carol.json<List<DeploymentObject>>("history", "staging", "auth");
    const records = await journey.records("staging");
    const plain = (items: readonly DeploymentObject[]) =>
      items.map(({ metadata, spec, status }) => ({ name: metadata.name, spec, status }));
    expect(plain(list.items.toReversed())).toEqual(plain(records));
  });

  test("status is a matrix, and says why something is not there", async () => {
    const refused = await alice.run("promote", "production", "auth", "--from", "staging");
    expect(refused.stderr).toContain("already");
    const text = await carol.output("status");
    expect(text).toMatch(/^PROJECT +PRODUCTION +STAGING\n/);
    expect(text).toContain("alice");
    const wide = await carol.output("status", "-o", "wide");
    expect(wide).toContain("Committed");
  });
});
