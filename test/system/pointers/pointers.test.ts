import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Controller, commitFiles } from "../../ground/index.ts";
import { conditionOf, present, Workspace } from "../ground/workspace.ts";

describe("release pointers", () => {
  const workspace = new Workspace("pointers");
  let controller: Controller;

  beforeAll(async () => {
    await workspace.create();
    controller = await workspace.controller();
    await workspace.apply(
      workspace.environment("dev"),
      workspace.environment("locked"),
      workspace.release("one", "abcdef1aa", { trigger: { type: "Tag", tag: "auth/v1.0.0" } }),
    );
    await workspace.waitFor("Ready", "release", "one");
    await workspace.apply(workspace.release("two", "abcdef1bb"));
    await workspace.waitFor("Ready", "release", "two");
  });

  afterAll(async () => {
    await controller.process.stop();
  });

  const head = () => workspace.git("rev-parse", "main");
  const file = (environment: string) =>
    `${environment}/apps/${workspace.repository}/auth/release.yaml`;

  test.each([
    { release: "v1.0.0", number: "1", because: "an alias" },
    { release: "2", number: "2", because: "a number" },
    { release: "abcdef1a", number: "1", because: "a unique commit prefix" },
    { release: "main-2", number: "2", because: "a branch alias" },
  ])("$release resolves as $because", async ({ release, number }) => {
    await workspace.apply(workspace.pointer("dev", release));
    await workspace.waitForField("releasepointer", "dev-auth", ".status.deployed.number", number);
  });

  test("an ambiguous prefix lists the candidates, and touches nothing", async () => {
    const before = await head();
    await workspace.apply(workspace.pointer("dev", "abcdef1"));
    const pointer = await workspace.waitFor("Resolved=false", "releasepointer", "dev-auth");
    expect(conditionOf(pointer, "Ready")).toMatchObject({ reason: "AmbiguousRelease" });
    expect(conditionOf(pointer, "Ready")?.message).toContain("1 (abcdef1aa000), 2 (abcdef1bb000)");
    expect(await head()).toBe(before);
  });

  test("a release that comes later is deployed when it comes", async () => {
    await workspace.apply(workspace.pointer("dev", "v9.0.0"));
    const waiting = await workspace.waitFor("Resolved=false", "releasepointer", "dev-auth");
    expect(conditionOf(waiting, "Ready")).toMatchObject({ reason: "ReleaseNotFound" });
    await workspace.apply(
      workspace.release("nine", "99999999a", { trigger: { type: "Tag", tag: "auth/v9.0.0" } }),
    );
    await workspace.waitForField("releasepointer", "dev-auth", ".status.deployed.number", "3");
  });

  test("an image that the release does not have stops the deployment", async () => {
    const before = await head();
    const { ref, digest } = present((await workspace.get("release", "one")).status.image);
    const repository = ref.slice(0, ref.lastIndexOf(":"));
    for (const { image, field } of [
      { image: { repository, digest: `sha256:${"0".repeat(64)}` }, field: "digest" },
      { image: { repository: "example.com/other", digest }, field: "repository" },
    ]) {
      await workspace.apply(workspace.pointer("dev", "1", { image }));
      await expect
        .poll(async () => {
          const pointer = await workspace.get("releasepointer", "dev-auth");
          return conditionOf(pointer, "Resolved")?.message;
        })
        .toContain(`spec.image.${field}`);
    }
    expect(await head()).toBe(before);
    await workspace.apply(workspace.pointer("dev", "2"));
    await workspace.waitForField("releasepointer", "dev-auth", ".status.deployed.number", "2");
  });

  test("a second pointer for the same place is a duplicate", async () => {
    const twin = workspace.pointer("dev", "1") as { metadata: { name: string } };
    twin.metadata.name = "dev-auth-twin";
    await workspace.apply(twin);
    const pointer = await workspace.waitFor("Stalled", "releasepointer", "dev-auth-twin");
    expect(conditionOf(pointer, "Ready")).toMatchObject({ reason: "Duplicate" });
    await workspace.kubectl.output([
      ...["-n", workspace.namespace, "delete", "releasepointer", "dev-auth-twin"],
    ]);
  });

  test("a suspended pointer is left alone", async () => {
    const before = await head();
    await workspace.apply(workspace.pointer("dev", "1", { suspend: true }));
    await workspace.apply(workspace.pointer("locked", "1"));
    await workspace.waitFor("Ready", "releasepointer", "locked-auth");
    const suspended = await workspace.waitFor("Stalled", "releasepointer", "dev-auth");
    expect(suspended.status).toMatchObject({ deployed: { number: 2 } });
    expect(conditionOf(suspended, "Ready")).toMatchObject({ reason: "Suspended" });
    expect(await workspace.git("diff", "--name-only", before.trim(), "main")).toBe(
      `${file("locked")}\n`,
    );
  });

  test("a locked environment takes nothing, and says who locked it and why", async () => {
    const locked = workspace.environment("locked") as { spec: Record<string, unknown> };
    locked.spec["lock"] = { reason: "Incident 7", by: "somebody else" };
    await workspace.apply(locked);
    await workspace.apply(workspace.pointer("locked", "2"));
    const pointer = await workspace.waitFor("Allowed=false", "releasepointer", "locked-auth");
    expect(conditionOf(pointer, "Ready")).toMatchObject({ reason: "Locked" });
    expect(conditionOf(pointer, "Ready")?.message).toContain("locked by admin: Incident 7");
  });

  test("a lock does not undo what is deployed: the pointer stays ready, and says what it would refuse", async () => {
    await workspace.apply(workspace.pointer("locked", "1"));
    await workspace.waitFor("Ready", "releasepointer", "locked-auth");
    const pointer = await workspace.waitFor("Allowed=false", "releasepointer", "locked-auth");
    expect(conditionOf(pointer, "Ready")).toMatchObject({ status: "True", reason: "Committed" });
    expect(conditionOf(pointer, "Allowed")).toMatchObject({ reason: "Locked" });
  });

  test("an environment that moves to another branch takes its pointers along", async () => {
    await workspace.apply(workspace.environment("moving"));
    await workspace.apply(workspace.pointer("moving", "1"));
    await workspace.waitFor("Ready", "releasepointer", "moving-auth");
    await workspace.git("branch", "next", "main");
    await workspace.apply(workspace.environment("moving", {}, { branch: "next", path: "here" }));
    await workspace.waitForField(
      ...(["releasepointer", "moving-auth", ".status.git.path", "here/release.yaml"] as const),
    );
    expect(await workspace.git("show", "next:here/release.yaml")).toContain("moving");
    const { status } = await workspace.get("releasepointer", "moving-auth");
    expect(status).not.toHaveProperty("previous");
  });

  test("a release stays pinned when its alias comes to another one", async () => {
    const tag = { trigger: { type: "Tag", tag: "auth/v5.0.0" } };
    await workspace.apply(workspace.release("five", "5555555a", tag));
    await workspace.waitFor("Ready", "release", "five");
    await workspace.apply(workspace.pointer("dev", "v5.0.0"));
    const { number } = (await workspace.get("release", "five")).status;
    const deployed = [".status.deployed.number", String(number)] as const;
    await workspace.waitForField("releasepointer", "dev-auth", ...deployed);
    await workspace.kubectl.output(["-n", workspace.namespace, "delete", "release", "five"]);
    const before = await head();
    await workspace.apply(workspace.release("five-again", "5555555b", tag));
    const again = await workspace.waitFor("Ready", "release", "five-again");
    expect(again.status.aliases).toContainEqual({ type: "Tag", value: "v5.0.0" });
    // Something that the same controller does later shows that it has looked.
    await workspace.apply(workspace.pointer("moving", "2"));
    await workspace.waitForField("releasepointer", "moving-auth", ".status.deployed.number", "2");
    expect((await workspace.get("releasepointer", "dev-auth")).status).toMatchObject({
      deployed: { number },
    });
    expect(await head()).toBe(before);
    await workspace.apply(workspace.pointer("dev", "2"));
    await workspace.waitForField("releasepointer", "dev-auth", ".status.deployed.number", "2");
  });

  test("every deployment is an event", async () => {
    const events = await workspace.kubectl.output([
      ...["-n", workspace.namespace, "get", "events.events.k8s.io", "-o"],
      "jsonpath={range .items[?(@.reason=='Committed')]}{.regarding.name} {.note}{'\\n'}{end}",
    ]);
    const mine = events.split("\n").filter((line) => line.startsWith("moving-auth "));
    expect(mine).toHaveLength(3);
  });

  test("what nobody approved waits where approval is needed", async () => {
    await workspace.apply(workspace.environment("careful", { requiresApproval: true }));
    await workspace.apply(workspace.pointer("careful", "1"));
    const pointer = await workspace.waitFor("Allowed=false", "releasepointer", "careful-auth");
    expect(conditionOf(pointer, "Ready")).toMatchObject({ reason: "ApprovalMissing" });
  });

  test("a pointer file that is broken is not overwritten, and goes on once it is repaired", async () => {
    const path = file("dev");
    const good = await workspace.git("show", `main:${path}`);
    await commitFiles(workspace.gitOpsFolder, "main", "Break it", {
      [path]: `${good}\n  this: [is broken\n`,
    });
    await workspace.apply(workspace.pointer("dev", "1"));
    const pointer = await workspace.waitFor("Ready=false", "releasepointer", "dev-auth");
    expect(conditionOf(pointer, "Ready")).toMatchObject({ reason: "PointerFileInvalid" });
    expect(await workspace.git("show", `main:${path}`)).toContain("this: [is broken");
    await commitFiles(workspace.gitOpsFolder, "main", "Repair it", { [path]: good });
    await workspace.waitForField("releasepointer", "dev-auth", ".status.deployed.number", "1");
  });

  test("a pointer made again goes on counting, and its first commit is its own", async () => {
    const before = await workspace.get("releasepointer", "dev-auth");
    const { sequence } = present(before.status.deployment);
    await workspace.kubectl.output([
      ...["-n", workspace.namespace, "delete", "releasepointer", "dev-auth"],
    ]);
    expect(await workspace.git("show", `main:${file("dev")}`)).toContain("kind: ReleasePointer");
    await workspace.apply(workspace.pointer("dev", "2"));
    await workspace.waitForField("releasepointer", "dev-auth", ".status.deployed.number", "2");
    const after = await workspace.get("releasepointer", "dev-auth");
    expect(after.status.deployment).toMatchObject({ sequence: sequence + 1 });
    const ids = "--format=%(trailers:key=Forge-Deployment,valueonly)";
    const all = (await workspace.git("log", ids, "main")).split("\n").filter(Boolean);
    expect(new Set(all).size).toBe(all.length);
  });

  test("a commit pushed by somebody else in between is kept", async () => {
    await commitFiles(workspace.gitOpsFolder, "main", "Theirs", { "theirs.txt": "kept\n" });
    await workspace.apply(workspace.pointer("dev", "1"));
    await workspace.waitForField("releasepointer", "dev-auth", ".status.deployed.number", "1");
    expect(await workspace.git("show", "main:theirs.txt")).toBe("kept\n");
    await workspace.git("fsck", "--strict");
  });
});
