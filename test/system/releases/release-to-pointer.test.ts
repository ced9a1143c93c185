import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { requireTool } from "../../../tools/locate.ts";
import { type Controller, commitFiles, hasProgram, run } from "../../ground/index.ts";
import { conditionOf, present, Workspace } from "../ground/workspace.ts";

describe("a Release applied with kubectl ends as a pointer commit", () => {
  const workspace = new Workspace("path");
  let controller: Controller;

  beforeAll(async () => {
    await workspace.create();
    controller = await workspace.controller();
    await workspace.apply(
      workspace.environment("dev"),
      workspace.environment("staging", { allowedBranches: ["main", "release/*"] }),
      workspace.environment("production", { allowedTriggers: ["Tag"] }),
    );
  });

  afterAll(async () => {
    await controller.process.stop();
  });

  const image = () => `${workspace.ground.registry}/releases/${workspace.repository}/auth`;
  const pointerPath = () => `dev/apps/${workspace.repository}/auth/release.yaml`;

  test("a release becomes ready, with its number, aliases and image in status", async () => {
    await workspace.apply(
      workspace.release("first", "a1", {
        trigger: { type: "Tag", tag: "auth/v1.0.0", branch: "main" },
        version: "v1.0.0",
      }),
    );
    const { status } = await workspace.waitFor("Ready", "release", "first");
    expect(status).toMatchObject({
      number: 1,
      resources: { ConfigMap: 1 },
      aliases: [
        { type: "Tag", value: "v1.0.0" },
        { type: "Tag", value: "auth/v1.0.0" },
      ],
    });
  });

  test("crane reads the image that the status names", async () => {
    const { status } = await workspace.get("release", "first");
    const { digest, ref } = present(status.image);
    expect((await workspace.crane("digest", ref)).trim()).toBe(digest);
    const manifest = JSON.parse(await workspace.crane("manifest", ref)) as Record<string, unknown>;
    expect(manifest).toMatchObject({
      mediaType: "application/vnd.oci.image.manifest.v1+json",
      artifactType: "application/vnd.forge.release.v1",
      config: { mediaType: "application/vnd.oci.empty.v1+json" },
    });
    await workspace.crane("validate", "--fast", "--remote", ref);
  });

  test.skipIf(!hasProgram("skopeo"))("skopeo reads the same manifest", async () => {
    const { status } = await workspace.get("release", "first");
    const { ref } = present(status.image);
    const inspected = await run("skopeo", [
      "inspect",
      "--tls-verify=false",
      "--raw",
      `docker://${ref}`,
    ]);
    expect(inspected.stderr).toBe("");
    expect(inspected.stdout).toBe(await workspace.crane("manifest", ref));
  });

  test("the manifests come back from the image as they were rendered", async () => {
    const { status } = await workspace.get("release", "first");
    const { ref } = present(status.image);
    const manifest = JSON.parse(await workspace.crane("manifest", ref)) as {
      layers: { digest: string; mediaType: string }[];
    };
    const layer = manifest.layers.find(({ mediaType }) => mediaType.endsWith("tar+gzip"));
    const listed = await run("bash", [
      "-c",
      `"$0" blob --insecure "$1" | tar -xzO 001-configmap-settings.yaml`,
      requireTool("crane"),
      `${image()}@${layer?.digest}`,
    ]);
    expect(listed.stdout).toContain("kind: ConfigMap");
    expect(listed.stdout).toContain("commit: a1");
  });

  test("a pointer is resolved, allowed, committed and says so", async () => {
    await workspace.apply(workspace.pointer("dev", "v1.0.0", { request: { type: "Deploy" } }));
    const pointer = await workspace.waitFor("Ready", "releasepointer", "dev-auth");
    expect(pointer.status).toMatchObject({
      resolved: { number: 1, name: "first" },
      deployed: { number: 1 },
      decision: { allowed: true },
      git: { path: pointerPath() },
    });
    const { commit } = present(pointer.status.git);
    expect((await workspace.git("rev-parse", "main")).trim()).toBe(commit);
    expect(await workspace.git("show", "--no-patch", "--format=%B", commit)).toMatch(
      /^Deploy auth to dev: release 1 \(v1\.0\.0\)\n\nForge-Environment: dev\n/,
    );
    const deployment = pointer.status.deployment?.name;
    const trailers = "--format=%(trailers:key=Forge-Deployment,valueonly)";
    expect((await workspace.git("show", "--no-patch", trailers, commit)).trim()).toBe(deployment);
  });

  test("the file in Git is a valid pointer of this kind, pinned by commit and digest", async () => {
    const file = await workspace.git("show", `main:${pointerPath()}`);
    const applied = await workspace.kubectl.run(
      ["-n", workspace.namespace, "apply", "--dry-run=server", "-o", "json", "-f", "-"],
      file,
    );
    expect(applied.stderr).toBe("");
    const { status } = await workspace.get("release", "first");
    expect(JSON.parse(applied.stdout)).toMatchObject({
      spec: {
        release: "a1".padEnd(40, "0"),
        image: { repository: image(), digest: status.image?.digest },
      },
    });
  });

  test("what a person added to the file survives the next deployment", async () => {
    const before = await workspace.git("show", `main:${pointerPath()}`);
    const edited = `# Ask the platform team before you touch this.\n${before.replace(
      "  annotations:\n",
      "  annotations:\n    example.com/owner: team-auth # them\n",
    )}`;
    await commitFiles(workspace.gitOpsFolder, "main", "Say who owns it", {
      [pointerPath()]: edited,
    });
    await workspace.apply(workspace.release("second", "b2"));
    await workspace.waitFor("Ready", "release", "second");
    await workspace.apply(workspace.pointer("dev", "2", { request: { type: "Deploy" } }));
    await workspace.waitForField("releasepointer", "dev-auth", ".status.deployed.number", "2");
    const after = await workspace.git("show", `main:${pointerPath()}`);
    expect(after).toContain("# Ask the platform team before you touch this.");
    expect(after).toContain("example.com/owner: team-auth # them");
    expect(after).toContain(`release: ${"b2".padEnd(40, "0")}`);
  });

  test("a rollback is a commit of its own, with its own words", async () => {
    await workspace.bind("carol", "forge-deployer");
    await workspace
      .as("carol")
      .apply(
        workspace.namespace,
        workspace.pointer("dev", "1", { request: { type: "Rollback", reason: "Logins fail" } }),
      );
    await workspace.waitForField("releasepointer", "dev-auth", ".status.deployed.number", "1");
    const message = await workspace.git("show", "--no-patch", "--format=%B", "main");
    expect(message).toMatch(
      /^Rollback auth in dev to release 1 \(v1\.0\.0\)\n\nPrevious release: 2\nRolled back by: carol\n/,
    );
    const { status } = await workspace.get("releasepointer", "dev-auth");
    expect(status).toMatchObject({ deployed: { number: 1 }, previous: { number: 2 } });
  });

  test("one commit a deployment, and a clean repository", async () => {
    const subjects = (await workspace.git("log", "--format=%s", "main")).trim().split("\n");
    expect(subjects).toEqual([
      "Rollback auth in dev to release 1 (v1.0.0)",
      "Deploy auth to dev: release 2",
      "Say who owns it",
      "Deploy auth to dev: release 1 (v1.0.0)",
      "First",
    ]);
    await workspace.git("fsck", "--strict");
  });

  test("a refused pointer says why, in words and as a reason, and touches nothing", async () => {
    const head = await workspace.git("rev-parse", "main");
    await workspace.apply(workspace.pointer("production", "2"));
    const pointer = await workspace.waitFor("Allowed=false", "releasepointer", "production-auth");
    const ready = conditionOf(pointer, "Ready");
    expect(ready).toMatchObject({ status: "False", reason: "TriggerNotAllowed" });
    expect(ready?.message).toContain("production takes releases triggered by Tag");
    expect(await workspace.git("rev-parse", "main")).toBe(head);
  });

  test("what the policy lets in later goes in by itself", async () => {
    await workspace.apply(workspace.environment("production", {}));
    const pointer = await workspace.waitFor("Ready", "releasepointer", "production-auth");
    expect(pointer.status).toMatchObject({ deployed: { number: 2 } });
  });

  test("the columns of kubectl get say what one wants to know", async () => {
    const table = await workspace.kubectl.output([
      ...["-n", workspace.namespace, "get", "rel,env,rp"],
    ]);
    expect(table).toMatch(/NAME +PROJECT +NUMBER +VERSION +TRIGGER +READY +REASON +AGE/);
    expect(table).toMatch(/release.forge.dev\/first +auth +1 +v1.0.0 +Tag +True +Packaged/);
    expect(table).toMatch(/NAME +ORDER +TRIGGERS +BRANCHES +LOCK +READY +REASON +AGE/);
    expect(table).toMatch(
      /NAME +ENVIRONMENT +PROJECT +RELEASE +DEPLOYED +READY +REASON +HEALTH +AGE/,
    );
    expect(table).toMatch(/releasepointer.forge.dev\/dev-auth +dev +auth +1 +1 +True +Committed/);
  });

  test("metrics count releases, commits and reconciles", async () => {
    const text = await (await fetch(`${controller.url}/metrics`)).text();
    expect(text).toMatch(/forge_releases_packaged_total\{result="pushed"\} 2/);
    expect(text).toMatch(/forge_commits_pushed_total\{type="Rollback"\} 1/);
    expect(text).toMatch(/forge_reconcile_total\{controller="release",outcome="done"\} [1-9]/);
    expect(text).toMatch(/forge_workqueue_depth\{controller="release"\} 0/);
  });

  test("logs are JSON lines, and no secret stands in them", () => {
    const log = workspace.log();
    for (const line of log.trim().split("\n")) JSON.parse(line);
    const { password } = workspace.ground.gitCredentials;
    expect(log).not.toContain(password);
    expect(log).not.toContain(Buffer.from(`forge:${password}`).toString("base64"));
  });
});
