import { execFileSync } from "node:child_process";
import { rmSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { encodeTree } from "../git/index.ts";
import { type GitServer, git, startGitServer } from "../git/testing/http-backend.ts";
import { createGitOpsWriter, type GitOpsWriter } from "./index.ts";
import { requestOf } from "./testing/requests.ts";

const signal = new AbortController().signal;

let server: GitServer;
let writer: GitOpsWriter;
let first: string;

beforeEach(async () => {
  server = await startGitServer();
  writer = createGitOpsWriter({ random: () => 0.01 });
  ({ commit: first } = await deploy(1));
});
afterEach(async () => {
  await writer.close();
  await server[Symbol.asyncDispose]();
});

const file = "production/apps/company/monorepo/auth/release.yaml";
const deploy = (sequence: number, project = "auth") =>
  writer.commit(requestOf(server.url, { id: `${project}-${sequence}`, project }), signal);
const onServer = (...args: string[]) => git(server.gitDir, ...args);
const recreate = (...args: string[]) => {
  rmSync(server.gitDir, { recursive: true });
  onServerRoot("init", "--quiet", "--bare", "--initial-branch=main", ...args, server.gitDir);
  onServer("config", "http.receivepack", "true");
  onServer("config", "uploadpack.allowFilter", "true");
};
const onServerRoot = (...args: string[]) => git("/", ...args);

describe("what becomes of a branch", { timeout: 30_000 }, () => {
  test("moved back by a force push: what was dropped stays so, the next goes on top", async () => {
    await deploy(2);
    onServer("update-ref", "refs/heads/main", first);
    const { commit } = await deploy(1, "billing");
    expect(onServer("rev-list", "main").split("\n")).toEqual([commit, first]);
    // The file carries an earlier deployment again: the later one is asked for anew, and made.
    expect(await deploy(2)).toMatchObject({ alreadyCommitted: false });
  });

  test("moved by a force push to a history of its own: built on top of that", async () => {
    const other = onServer("commit-tree", "main^{tree}", "-m", "no parents");
    onServer("update-ref", "refs/heads/main", other);
    const { commit } = await deploy(2);
    expect(onServer("rev-list", "main").split("\n")).toEqual([commit, other]);
  });

  test("deleted beside others: GitBranchNotFound, and as before once it is there again", async () => {
    onServer("branch", "other", "main");
    onServer("update-ref", "-d", "refs/heads/main");
    await expect(deploy(2)).rejects.toMatchObject({ code: "GitBranchNotFound" });
    onServer("branch", "main", "other");
    const { commit } = await deploy(2);
    expect(onServer("rev-list", "main").split("\n")).toEqual([commit, first]);
  });

  test("deleted as the only one: as a new repository, it begins again", async () => {
    onServer("update-ref", "-d", "refs/heads/main");
    const { commit } = await deploy(2);
    expect(onServer("rev-list", "main")).toBe(commit);
  });

  test("the repository was created again, empty: it begins again", async () => {
    recreate();
    const { commit } = await deploy(2);
    expect(onServer("rev-list", "main")).toBe(commit);
  });

  test("the repository was created again, with objects of another format", async () => {
    recreate("--object-format=sha256");
    const { commit } = await deploy(2);
    expect(commit).toHaveLength(64);
    expect(onServer("rev-list", "main")).toBe(commit);
    await deploy(3);
  });

  test("the repository is gone: GitUnreachable at the deadline, and as before once it is back", async () => {
    server.intercept = (_, response) => {
      response.writeHead(404).end();
      return true;
    };
    const request = requestOf(server.url, { id: "auth-2" }, { deadlineMs: 200 });
    await expect(writer.commit(request, signal)).rejects.toMatchObject({ code: "GitUnreachable" });
    server.intercept = undefined;
    expect(await deploy(3)).toMatchObject({ alreadyCommitted: false });
  });

  test("a folder that is no valid tree stops nobody whose pointer is elsewhere", async () => {
    server.unchecked = true;
    const entry = { mode: "100644", name: "x", id: onServer("rev-parse", `main:${file}`) };
    const write = ["hash-object", "-t", "tree", "-w", "--literally", "--stdin"];
    const input = encodeTree([entry, entry]).data;
    const options = { cwd: server.gitDir, input, encoding: "utf8" } as const;
    const broken = execFileSync("git", write, options).trim();
    const tree = onServer("rev-parse", "main:production");
    const lines = `040000 tree ${broken}\tbroken\n040000 tree ${tree}\tproduction\n`;
    const root = onServer("-c", `alias.mk=!printf '${lines}' | git mktree`, "mk");
    const head = onServer("commit-tree", root, "-p", "main", "-m", "broken");
    onServer("update-ref", "refs/heads/main", head);
    const deployment = { id: "x-1", project: "x" };
    const [bad, good] = await Promise.allSettled([
      writer.commit(
        requestOf(server.url, deployment, { pathTemplate: "broken/{project}" }),
        signal,
      ),
      deploy(2),
    ]);
    expect(bad).toMatchObject({ reason: { code: "PointerPathInvalid" } });
    expect(good.status).toBe("fulfilled");
  });

  test("a folder that is there twice costs another look, and nothing else", async () => {
    const projects = Array.from({ length: 40 }, (_, index) => `project-${index}`);
    await Promise.all(projects.map((project) => deploy(1, project)));
    // Somebody copies all of production: one tree then stands at two places.
    const tree = onServer("rev-parse", "main:production");
    const both = `040000 tree ${tree}\tcopy\n040000 tree ${tree}\tproduction\n`;
    const root = git(server.gitDir, "-c", `alias.mk=!printf '${both}' | git mktree`, "mk");
    const copied = onServer("commit-tree", root, "-p", "main", "-m", "copied");
    onServer("update-ref", "refs/heads/main", copied);
    await deploy(2, "project-7");
    const inCopy = requestOf(
      server.url,
      { id: "project-7-3", project: "project-7" },
      { pathTemplate: "copy/apps/{repository}/{project}" },
    );
    await writer.commit(inCopy, signal);
    expect(onServer("diff", "--name-only", "main~1", "main")).toContain("copy/apps/");
    expect(onServer("rev-list", "--count", "main")).toBe("44");
  });
});
