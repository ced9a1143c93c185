import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { present } from "../ground/workspace.ts";
import { deployRelease, type Proxies, Scene, startProxies, stopProxies } from "./crash-scene.ts";

/**
 * The controller is killed with SIGKILL from outside at the worst moments: a server has done what
 * it was asked, and its answer is held back. What a controller started again makes of it must be
 * what an undisturbed one would have made.
 */

let proxies: Proxies;

interface Line {
  readonly time?: string;
  readonly controller?: string;
  readonly key?: string;
  readonly subject?: string;
  readonly crashes?: number;
  readonly afterMs?: number;
}

/** Lines of a log that may begin within a line. */
function linesOf(log: string): Line[] {
  return log
    .split("\n")
    .flatMap((line) => (line.startsWith("{") ? [JSON.parse(line) as Line] : []));
}

beforeAll(async () => {
  proxies = await startProxies();
});

afterAll(stopProxies);

describe("the controller is killed, and started again", () => {
  let undisturbed: unknown;

  beforeAll(async () => {
    const scene = new Scene("crash");
    await scene.workspace.create();
    await scene.start();
    await deployRelease(scene);
    undisturbed = await scene.end();
    await scene.kill();
  });

  test("an undisturbed run ends with number 1, one image, one deployment and one commit", () => {
    expect(undisturbed).toMatchObject({
      release: { number: 1 },
      project: { lastRelease: { name: "first", number: 1 } },
      pointer: { deployment: { sequence: 1 }, deployed: { number: 1 } },
      tags: ["COMMIT"],
    });
  });

  test.each([
    {
      after: "its number was taken",
      proxy: "api",
      wanted: /^PATCH .*\/projects\/[^/]+\/status/,
    },
    {
      after: "its number was given to the release",
      proxy: "api",
      wanted: /^PATCH .*\/releases\/first\/status.*fieldManager=forge-numbering/,
    },
    { after: "a layer was pushed", proxy: "registry", wanted: /^PUT .*\/blobs\/uploads\// },
    { after: "the image was pushed", proxy: "registry", wanted: /^PUT .*\/manifests\// },
    {
      after: "the deployment was begun",
      proxy: "api",
      wanted: /^PATCH .*\/releasepointers\/dev-auth\/status[^]*"deployment":\{/,
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
      wanted: /^PATCH .*\/releasepointers\/dev-auth\/status[^]*"git":\{/,
    },
  ] as const)("after $after: the end is the same", async ({ proxy, wanted }) => {
    const scene = new Scene("crash");
    await scene.workspace.create();
    await scene.start();
    await scene.killedAfter({ proxy, wanted }, () => deployRelease(scene));
    expect(await scene.end()).toEqual(undisturbed);
    await scene.kill();
  });

  test("with a journal the object of the attempt waits, and others go first", async () => {
    const scene = new Scene("crash", ({ ground, namespace }) => [
      `--attempt-journal=${join(ground.folder, `${namespace}-attempts`)}`,
    ]);
    const { workspace } = scene;
    await workspace.create();
    await scene.start();
    const upload = { proxy: "registry", wanted: /^PUT .*\/blobs\/uploads\// } as const;
    const before = () => workspace.log().length;
    let length = 0;
    await scene.killedAfter(upload, async () => {
      await workspace.apply(workspace.release("first", "abc"));
      length = before();
    });
    await workspace.apply(workspace.release("second", "def"));
    await workspace.waitFor("Ready", "release", "second");
    const lines = linesOf(workspace.log().slice(length));
    const subject = `release ${workspace.namespace}/first`;
    const waits = lines.find((line) => line.subject === subject);
    expect(waits).toMatchObject({ crashes: 1, afterMs: expect.any(Number) });
    expect(waits?.afterMs).toBeGreaterThanOrEqual(7_500);
    const start = Date.parse(waits?.time ?? "");
    for (const { key, controller, time } of lines.slice(lines.indexOf(waits ?? {}))) {
      if (key !== `${workspace.namespace}/first` || controller !== "release") continue;
      expect(Date.parse(time ?? "") - start).toBeGreaterThan(7_000);
    }
    await scene.kill();
  });

  test("what was pushed is recorded although the environment was locked meanwhile", async () => {
    const scene = new Scene("crash");
    const { workspace } = scene;
    await workspace.create();
    await scene.start();
    const held = proxies.git.holdNext(
      ({ method, path }) =>
        method === "POST" &&
        path.includes(workspace.namespace) &&
        path.endsWith("/git-receive-pack"),
    );
    await deployRelease(scene);
    await held;
    await scene.kill();
    const locked = workspace.environment("dev", {}, { url: scene.gitOpsUrl }) as {
      spec: Record<string, unknown>;
    };
    locked.spec["lock"] = { reason: "Incident 7" };
    await workspace.apply(locked, workspace.pointer("dev", "no-such-release"));
    await scene.start();
    await workspace.waitForField("releasepointer", "dev-auth", ".status.deployed.number", "1");
    const { status } = await workspace.get("releasepointer", "dev-auth");
    expect(status.git?.commit).toBe((await workspace.git("rev-parse", "main")).trim());
    await scene.kill();
  });

  test("a controller that forgot its sequence does not overwrite a later deployment", async () => {
    const scene = new Scene("crash");
    const { workspace } = scene;
    await workspace.create();
    await scene.start();
    await deployRelease(scene);
    await workspace.waitFor("Ready", "releasepointer", "dev-auth");
    await workspace.apply(workspace.release("second", "def"));
    await workspace.waitFor("Ready", "release", "second");
    const old = await workspace.get("releasepointer", "dev-auth");
    await workspace.apply(workspace.pointer("dev", "2"));
    await workspace.waitForField("releasepointer", "dev-auth", ".status.deployed.number", "2");
    await scene.kill();
    // As after a restore of etcd: the status of before the second deployment, and a third asked.
    const { deployment, git, deployed } = old.status as Record<string, unknown>;
    await workspace.apply(workspace.release("third", "fed"), workspace.pointer("dev", "3"));
    await workspace.kubectl.output([
      ...["-n", workspace.namespace, "patch", "releasepointer", "dev-auth", "--subresource=status"],
      ...["--type=merge", "-p", JSON.stringify({ status: { deployment, git, deployed } })],
    ]);
    await scene.start();
    await workspace.waitForField("releasepointer", "dev-auth", ".status.deployed.number", "3");
    const pointer = await workspace.get("releasepointer", "dev-auth");
    expect(pointer.status.deployment?.sequence).toBe(3);
    const path = present(pointer.status.git).path;
    expect(await workspace.git("show", `main:${path}`)).toContain("fed".padEnd(40, "0"));
    await scene.kill();
  });
});
