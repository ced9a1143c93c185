import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Scene, startProxies, stopProxies } from "./crash-scene.ts";

/** A rollback, killed between every two of its steps, ends as an undisturbed one does. */

beforeAll(async () => {
  await startProxies();
});

afterAll(stopProxies);

/** Release 2 runs, and 1 ran before it. */
async function prepared(): Promise<Scene> {
  const scene = new Scene("crash-rollback");
  const { workspace } = scene;
  await workspace.create();
  await scene.start();
  await workspace.apply(
    workspace.environment("dev", {}, { url: scene.gitOpsUrl }),
    workspace.release("first", "abc"),
    workspace.pointer("dev", "1"),
  );
  await deployed(scene, 1);
  await workspace.apply(workspace.release("second", "def"), workspace.pointer("dev", "2"));
  await deployed(scene, 2);
  return scene;
}

async function rollBack({ workspace }: Scene): Promise<void> {
  const request = { type: "Rollback", by: "admin", reason: "Logins fail" };
  await workspace.apply(workspace.pointer("dev", "1", { request }));
}

async function deployed({ workspace }: Scene, number: number): Promise<void> {
  const path = [".status.deployed.number", String(number)] as const;
  await workspace.waitForField("releasepointer", "dev-auth", ...path);
}

/** When all three records have come to their ends. */
async function endOf(scene: Scene): Promise<unknown> {
  await deployed(scene, 1);
  const { namespace, kubectl } = scene.workspace;
  await expect
    .poll(
      () =>
        kubectl.output([
          ...["-n", namespace, "get", "releasedeployments", "-o"],
          "jsonpath={.items[*].status.outcome}",
        ]),
      { timeout: 30_000 },
    )
    .toBe("Superseded RolledBack Active");
  return scene.end();
}

describe("the controller is killed in a rollback", () => {
  let undisturbed: unknown;

  beforeAll(async () => {
    const scene = await prepared();
    await rollBack(scene);
    const path = [".status.deployment.sequence", "3"] as const;
    await scene.workspace.waitForField("releasepointer", "dev-auth", ...path);
    await deployed(scene, 1);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    undisturbed = await scene.end();
    await scene.kill();
  });

  test("an undisturbed one ends with three deployments, three commits and a hold", () => {
    expect(undisturbed).toMatchObject({
      pointer: { deployment: { sequence: 3 }, deployed: { number: 1 } },
      hold: { by: "forge-controller", reason: "Rolled back by admin: Logins fail" },
      records: [{ outcome: "Superseded" }, { outcome: "RolledBack" }, { outcome: "Active" }],
    });
  });

  test.each([
    {
      after: "the hold was set",
      proxy: "api",
      wanted: /^PUT .*\/releasepointers\/dev-auth[^]*"hold":\{/,
    },
    {
      after: "the deployment was begun",
      proxy: "api",
      wanted: /^PATCH .*\/releasepointers\/dev-auth\/status[^]*"sequence":3/,
    },
    { after: "its record was written", proxy: "api", wanted: /^POST .*\/releasedeployments/ },
    { after: "the commit was pushed", proxy: "git", wanted: /^POST .*\/git-receive-pack/ },
    {
      after: "its record was completed",
      proxy: "api",
      wanted: /^PATCH .*\/releasedeployments\/[^]*"outcome":"Active"/,
    },
    {
      after: "the commit was recorded",
      proxy: "api",
      wanted: /^PATCH .*\/releasepointers\/dev-auth\/status[^]*"deployment":"dev-auth-[0-9a-f]+-3"/,
    },
    {
      after: "the record of before was ended",
      proxy: "api",
      wanted: /^PATCH .*\/releasedeployments\/[^]*"outcome":"RolledBack"/,
    },
  ] as const)("after $after: the end is the same", async ({ proxy, wanted }) => {
    const scene = await prepared();
    await scene.killedAfter({ proxy, wanted }, () => rollBack(scene));
    expect(await endOf(scene)).toEqual(undisturbed);
    await scene.kill();
  });
});
