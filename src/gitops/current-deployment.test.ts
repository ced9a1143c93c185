import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type GitServer, git, startGitServer } from "../git/testing/http-backend.ts";
import { createGitOpsWriter, type GitOpsWriter } from "./index.ts";
import { deploymentOf, requestOf } from "./testing/requests.ts";

const signal = new AbortController().signal;
const path = "production/apps/company/monorepo/auth-service/release.yaml";

let server: GitServer;
let folder: string;
let writer: GitOpsWriter;

beforeEach(async () => {
  server = await startGitServer();
  folder = mkdtempSync(join(tmpdir(), "forge-current-"));
  writer = createGitOpsWriter();
});
afterEach(async () => {
  await writer.close();
  rmSync(folder, { recursive: true, force: true });
  await server[Symbol.asyncDispose]();
});

/** A person changes the pointer file with the git command line. */
function editByHand(edit: (text: string) => string): void {
  const work = join(folder, "work");
  rmSync(work, { recursive: true, force: true });
  git(folder, "clone", "--quiet", server.gitDir, "work");
  writeFileSync(join(work, path), edit(git(work, "show", `HEAD:${path}`)));
  git(work, "commit", "--quiet", "--all", "-m", "by hand");
  git(work, "push", "--quiet", "origin", "HEAD:main");
}

const location = () => {
  const { remote, branch } = requestOf(server.url);
  return { remote, branch, pointer: deploymentOf() };
};

describe("what stands on the server now", { timeout: 30_000 }, () => {
  test("nothing, in an empty repository and where there is no file", async () => {
    expect(await writer.currentDeployment(location(), signal)).toBeUndefined();
    await writer.commit(requestOf(server.url, { project: "billing" }), signal);
    expect(await writer.currentDeployment(location(), signal)).toBeUndefined();
  });

  test("the deployment of the file, also to a writer that never committed", async () => {
    await writer.commit(requestOf(server.url, { id: "d-7" }), signal);
    expect(await writer.currentDeployment(location(), signal)).toMatchObject({ id: "d-7" });
    const other = createGitOpsWriter();
    expect(await other.currentDeployment(location(), signal)).toMatchObject({ id: "d-7" });
    await other.close();
  });

  test("of many that are asked for at once, by one request for their files", async () => {
    const projects = Array.from({ length: 20 }, (_, index) => `project-${index}`);
    for (const project of projects) {
      await writer.commit(requestOf(server.url, { id: `${project}-1`, project }), signal);
    }
    const other = createGitOpsWriter();
    const before = server.requests.length;
    const found = await Promise.all(
      projects.map((project) =>
        other.currentDeployment({ ...location(), pointer: deploymentOf({ project }) }, signal),
      ),
    );
    await other.close();
    expect(found.map((each) => each?.id)).toEqual(projects.map((project) => `${project}-1`));
    expect(server.requests.length - before).toBeLessThan(8);
  });

  test("with the commit that brought it, also below the commits of others", async () => {
    const { commit } = await writer.commit(requestOf(server.url, { id: "d-7" }), signal);
    await writer.commit(requestOf(server.url, { id: "b-1", project: "billing" }), signal);
    const { image, commit: release, by } = deploymentOf();
    const current = { id: "d-7", digest: image.digest, release, by, path };
    expect(await writer.currentDeployment(location(), signal)).toEqual(current);
    const asked = { ...location(), deployment: "d-7" };
    const time = new Date(git(server.gitDir, "show", "-s", "--format=%cI", commit)).toISOString();
    expect(await writer.currentDeployment(asked, signal)).toEqual({
      ...current,
      commit,
      time: time.replace(".000Z", "Z"),
    });
  });

  test.each([
    { id: "d-7", digest: `sha256:${"1".repeat(64)}`, because: "it is another under the same name" },
    { id: "d-6", digest: deploymentOf().image.digest, because: "a later one stands there" },
  ])("$id comes too late, because $because", async ({ id, digest }) => {
    await writer.commit(requestOf(server.url, { id: "d-7" }), signal);
    const image = { ...deploymentOf().image, digest };
    await expect(writer.commit(requestOf(server.url, { id, image }), signal)).rejects.toMatchObject(
      { code: "DeploymentOutdated" },
    );
    expect(git(server.gitDir, "rev-list", "--count", "main")).toBe("1");
  });

  test("what others have pushed since is seen", async () => {
    await writer.commit(requestOf(server.url, { id: "d-7" }), signal);
    editByHand((text) => text.replace("d-7", "d-8"));
    expect(await writer.currentDeployment(location(), signal)).toMatchObject({ id: "d-8" });
  });

  test("reads and commits at once do not disturb each other", async () => {
    const ids = ["d-1", "d-2", "d-3", "d-4"];
    const commits = ids.map((id) =>
      writer.commit(requestOf(server.url, { id, project: id }), signal),
    );
    const reads = ids.map((project) => {
      const pointer = { ...deploymentOf(), project };
      return writer.currentDeployment({ ...location(), pointer }, signal);
    });
    await Promise.all([...commits, ...reads]);
    expect(git(server.gitDir, "rev-list", "--count", "main")).toBe("4");
  });

  test("a broken file refuses a deployment, and lets it in as soon as it is repaired", async () => {
    await writer.commit(requestOf(server.url, { id: "d-1" }), signal);
    editByHand((text) => `${text}\n  broken: [\n`);
    const next = requestOf(server.url, { id: "d-2" });
    const refusal = { code: "PointerFileInvalid" };
    await expect(writer.commit(next, signal)).rejects.toMatchObject(refusal);
    await expect(writer.commit(next, signal)).rejects.toMatchObject(refusal);
    editByHand((text) => text.replace("  broken: [", ""));
    expect(await writer.commit(next, signal)).toMatchObject({ alreadyCommitted: false });
  });
});
