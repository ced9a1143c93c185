import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { requireTool } from "../../../tools/locate.ts";
import {
  type Controller,
  commitFiles,
  type RunningProcess,
  startProcess,
} from "../../ground/index.ts";
import { Workspace } from "../ground/workspace.ts";
import { readRecordedObjects, stateOf } from "./kstatus.ts";

/**
 * The life of each kind as tools see it that know nothing of forge: kubectl records every version
 * of every object, and each is read by the rules of kstatus.
 */

/** Of the release that is packaged; the one that fails has the number that it was given. */
const commit = "a1".padEnd(40, "0");
const types = [
  "releases",
  "environments",
  "releasepointers",
  "projects",
  "releasedeployments",
] as const;

describe("kstatus", () => {
  const workspace = new Workspace("kstatus");
  const recorders: RunningProcess[] = [];
  let controller: Controller;

  const file = (type: string) => `${workspace.ground.folder}/${workspace.namespace}-${type}.json`;

  /** The states that an object went through, each once in a row. */
  const lifeOf = (type: (typeof types)[number], name: string | RegExp): string[] =>
    readRecordedObjects(file(type))
      .filter(({ metadata }) => new RegExp(name).test(metadata.name))
      .map(stateOf)
      .filter((state, index, states) => state !== states[index - 1]);

  const settled = (type: (typeof types)[number], name: string, state: string) =>
    expect.poll(() => lifeOf(type, `^${name}$`).at(-1), { timeout: 20_000 }).toBe(state);

  beforeAll(async () => {
    await workspace.create();
    for (const type of types) {
      recorders.push(
        await startProcess({
          name: `recorder of ${type}`,
          command: requireTool("kubectl"),
          args: [
            ...["--kubeconfig", workspace.ground.kubeconfig, "-n", workspace.namespace],
            ...["get", type, "--watch", "-o", "json"],
          ],
          logFile: file(type),
          ready: async () => true,
        }),
      );
    }
    await workspace.apply(
      workspace.environment("dev"),
      workspace.environment("broken", {}, { path: "../{project}" }),
      workspace.environment("unreadable", { freezes: [{ cron: "0 25 * * *", duration: "1h" }] }),
      workspace.release("first", "a1"),
      workspace.release("failed", "f1", { source: { manifests: "kind: [" } }),
      workspace.pointer("dev", "9"),
    );
    await vi.waitUntil(() => types.slice(0, 3).every((type) => lifeOf(type, ".").length > 0), {
      timeout: 20_000,
    });
    controller = await workspace.controller();
  });

  afterAll(async () => {
    for (const recorder of recorders) await recorder.stop();
    await controller.process.stop();
  });

  test("a release is in progress until it is packaged", async () => {
    await settled("releases", "first", "Current");
    expect(lifeOf("releases", "^first$")).toEqual(["InProgress", "Current"]);
  });

  test("a release that cannot be rendered has failed", async () => {
    await settled("releases", "failed", "Failed");
    expect(lifeOf("releases", "^failed$")).toEqual(["InProgress", "Failed"]);
  });

  test("a release that joins another is current with it; one in conflict has failed", async () => {
    await workspace.apply(
      workspace.release("joined", "a1", { trigger: { type: "Manual" } }),
      workspace.release("conflict", "a1", {
        source: { manifests: "apiVersion: v1\nkind: Secret\nmetadata: {name: x}\n" },
      }),
    );
    await settled("releases", "joined", "Current");
    await settled("releases", "conflict", "Failed");
    expect(lifeOf("releases", "^joined$")).toEqual(["InProgress", "Current"]);
    expect(lifeOf("releases", "^conflict$")).toEqual(["InProgress", "Failed"]);
    await settled("releases", "first", "Current");
  });

  test("a pointer waits for its release, is committed, and moves on", async () => {
    await settled("releasepointers", "dev-auth", "InProgress");
    expect(lifeOf("releasepointers", "^dev-auth$")).toEqual(["InProgress"]);
    await workspace.apply(workspace.pointer("dev", commit));
    await settled("releasepointers", "dev-auth", "Current");
    expect(lifeOf("releasepointers", "^dev-auth$")).toEqual(["InProgress", "Current"]);
  });

  test("a pointer that the policy refuses has failed, until it is let in", async () => {
    await workspace.apply(
      workspace.environment("strict", { allowedTriggers: ["Tag"] }),
      workspace.pointer("strict", commit),
    );
    await settled("releasepointers", "strict-auth", "Failed");
    await workspace.apply(workspace.environment("strict"));
    await settled("releasepointers", "strict-auth", "Current");
    const life = lifeOf("releasepointers", "^strict-auth$");
    expect(life[0]).toBe("InProgress");
    expect(life).toContain("Failed");
  });

  test("an environment is current, or has failed where its path leads nowhere, or a rule cannot be read", async () => {
    await settled("environments", "dev", "Current");
    await settled("environments", "broken", "Failed");
    await settled("environments", "unreadable", "Failed");
    expect(lifeOf("environments", "^dev$")).toEqual(["InProgress", "Current"]);
    expect(lifeOf("environments", "^broken$")).toEqual(["InProgress", "Failed"]);
  });

  test("a deployment's record is in progress until its commit is pushed, and fails where it cannot be", async () => {
    const record = (sequence: number) => `^dev-auth-[0-9a-f]{8}-${sequence}$`;
    const settledRecord = (sequence: number, state: string) =>
      expect
        .poll(() => lifeOf("releasedeployments", record(sequence)).at(-1), { timeout: 20_000 })
        .toBe(state);
    await settledRecord(1, "Current");
    expect(lifeOf("releasedeployments", record(1))).toEqual(["InProgress", "Current"]);
    const path = `dev/apps/${workspace.repository}/auth/release.yaml`;
    const good = await workspace.git("show", `main:${path}`);
    await commitFiles(workspace.gitOpsFolder, "main", "Break it", { [path]: "this: [is broken\n" });
    await workspace.apply(workspace.release("later", "c3"));
    await workspace.waitFor("Ready", "release", "later");
    await workspace.apply(workspace.pointer("dev", "c3".padEnd(40, "0")));
    await settledRecord(2, "Failed");
    await commitFiles(workspace.gitOpsFolder, "main", "Repair it", { [path]: good });
    await workspace.kubectl.output([
      ...["-n", workspace.namespace, "label", "rp", "dev-auth", "again=yes"],
    ]);
    await settledRecord(2, "Current");
    await settledRecord(1, "Current");
    expect(lifeOf("releasedeployments", record(2))).toEqual(["InProgress", "Failed", "Current"]);
  });

  test("a project that forge made is current", async () => {
    await expect.poll(() => lifeOf("projects", "^auth-").at(-1)).toBe("Current");
    expect(lifeOf("projects", "^auth-")[0]).toBe("InProgress");
  });

  test("an object that is kept by a finalizer is terminating", async () => {
    const target = ["-n", workspace.namespace, "releases", "first"];
    const [, , type = "", name = ""] = target;
    const patch = (finalizers: readonly string[]) =>
      workspace.kubectl.output([
        ...["-n", workspace.namespace, "patch", type, name, "--type=merge"],
        `--patch=${JSON.stringify({ metadata: { finalizers } })}`,
      ]);
    await patch(["example.com/keep"]);
    await workspace.kubectl.output([
      ...["-n", workspace.namespace, "delete", type, name, "--wait=false"],
    ]);
    await settled("releases", "first", "Terminating");
    await patch([]);
    expect(lifeOf("releases", "^first$")).toContain("Terminating");
  });
});
