import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type GitServer, git, startGitServer } from "../git/testing/http-backend.ts";
import type { GitOpsWriter } from "./index.ts";
import { createGitOpsWriter, parsePointerFile } from "./index.ts";
import { requestOf } from "./testing/requests.ts";

const signal = new AbortController().signal;
const now = () => Date.parse("2026-11-20T10:00:00Z");
const file = "production/apps/company/monorepo/auth-service/release.yaml";

let server: GitServer;
let folder: string;
let writers: GitOpsWriter[];

beforeEach(async () => {
  server = await startGitServer();
  folder = mkdtempSync(join(tmpdir(), "forge-writer-"));
  writers = [];
});
afterEach(async () => {
  await Promise.all(writers.map((writer) => writer.close()));
  rmSync(folder, { recursive: true, force: true });
  await server[Symbol.asyncDispose]();
});

function newWriter(): GitOpsWriter {
  const writer = createGitOpsWriter({ now });
  writers.push(writer);
  return writer;
}

/** Somebody else commits a file with the git command line. */
function commitByHand(path: string, text: string, message = "by hand"): string {
  const work = join(folder, "work");
  rmSync(work, { recursive: true, force: true });
  git(folder, "clone", "--quiet", server.gitDir, "work");
  writeFileSync(join(work, path), text);
  git(work, "add", ".");
  git(work, "commit", "--quiet", "-m", message);
  git(work, "push", "--quiet", "origin", "HEAD:main");
  return git(work, "rev-parse", "HEAD");
}

describe("the writer", { timeout: 30_000 }, () => {
  test("begins an empty repository, then adds to it", async () => {
    const writer = newWriter();
    const first = await writer.commit(requestOf(server.url), signal);
    expect(first).toEqual({
      commit: git(server.gitDir, "rev-parse", "main"),
      path: file,
      alreadyCommitted: false,
    });
    const author = "forge <forge@example.com> 2026-11-20T10:00:00+00:00";
    expect(git(server.gitDir, "log", "-1", "--format=%an <%ae> %aI", "main")).toBe(author);
    const changes = { id: "d-2", project: "billing" };
    const second = await writer.commit(requestOf(server.url, changes), signal);
    expect(git(server.gitDir, "rev-list", "main").split("\n")).toEqual([
      second.commit,
      first.commit,
    ]);
    git(server.gitDir, "fsck", "--strict");
  });

  test("reads that are asked for together share a look at the server; a later one looks anew", async () => {
    const writer = newWriter();
    await writer.commit(requestOf(server.url), signal);
    const { remote, branch, deployment } = requestOf(server.url);
    const location = { remote, branch, pointer: deployment };
    const before = server.requests.length;
    const found = await Promise.all(
      Array.from({ length: 20 }, () => writer.currentDeployment(location, signal)),
    );
    expect(new Set(found.map((current) => current?.id))).toEqual(new Set([deployment.id]));
    // One look, and the file's blob once.
    expect(server.requests.length - before).toBeLessThanOrEqual(2);
    const text = git(server.gitDir, "show", `main:${file}`);
    commitByHand(file, `${text.replace(deployment.id, "by-hand")}\n`);
    expect((await writer.currentDeployment(location, signal))?.id).toBe("by-hand");
  });

  test("keeps what others wrote, in the pointer and beside it", async () => {
    const { commit } = await newWriter().commit(requestOf(server.url), signal);
    const pointer = git(server.gitDir, "show", `main:${file}`);
    commitByHand(file, `# hands off\n${pointer}\n`);
    commitByHand("production/env.yaml", "values: {}\n");
    const number = { id: "d-2", number: 43, commit: "d".repeat(40) };
    const result = await newWriter().commit(requestOf(server.url, number), signal);
    const text = git(server.gitDir, "show", `main:${file}`);
    expect(text).toContain("# hands off\n");
    expect(parsePointerFile(text, file)).toMatchObject({
      release: "d".repeat(40),
      deployment: "d-2",
    });
    expect(git(server.gitDir, "show", "main:production/env.yaml")).toBe("values: {}");
    expect(git(server.gitDir, "diff", "--name-only", "main~1", "main")).toBe(file);
    expect(git(server.gitDir, "rev-list", "main").split("\n")).toEqual([
      result.commit,
      expect.anything(),
      expect.anything(),
      commit,
    ]);
  });

  test("a restarted controller finds its own commit below those of others", async () => {
    const { commit } = await newWriter().commit(requestOf(server.url), signal);
    for (let index = 0; index < 3; index++)
      commitByHand(`other-${index}`, "x", "Forge-Deployment: not a trailer");
    const head = git(server.gitDir, "rev-parse", "main");
    const again = await newWriter().commit(requestOf(server.url), signal);
    expect(again).toEqual({ commit, path: file, alreadyCommitted: true });
    expect(git(server.gitDir, "rev-parse", "main")).toBe(head);
  });

  test.each([
    { because: "the server offers all filters", allow: "true" },
    { because: "the server refuses to leave trees out", allow: "false" },
  ])("it looks further back than 50 commits: $because", async ({ allow }) => {
    const { commit } = await newWriter().commit(requestOf(server.url), signal);
    let head = commit;
    for (let index = 0; index < 55; index++) {
      head = git(server.gitDir, "commit-tree", `${commit}^{tree}`, "-p", head, "-m", "on top");
    }
    git(server.gitDir, "update-ref", "refs/heads/main", head);
    git(server.gitDir, "config", "uploadpackfilter.tree.allow", allow);
    const again = await newWriter().commit(requestOf(server.url), signal);
    expect(again).toEqual({ commit, path: file, alreadyCommitted: true });
  });

  test("deployments asked twice at once are committed once", async () => {
    const writer = newWriter();
    await writer.commit(requestOf(server.url, { id: "d-0" }), signal);
    const both = [1, 2].map(() => writer.commit(requestOf(server.url), signal));
    const [first, second] = await Promise.all(both);
    expect(second).toEqual({ ...first, alreadyCommitted: true });
    expect(git(server.gitDir, "rev-list", "--count", "main")).toBe("2");
  });

  test("a lost race builds anew on the new head", async () => {
    const writer = newWriter();
    await writer.commit(requestOf(server.url), signal);
    const theirs = commitByHand("theirs", "kept");
    const ours = await writer.commit(requestOf(server.url, { id: "d-2", number: 43 }), signal);
    expect(git(server.gitDir, "rev-parse", `${ours.commit}~1`)).toBe(theirs);
    expect(git(server.gitDir, "show", "main:theirs")).toBe("kept");
  });

  test("requests that wait share a push, one commit each", async () => {
    const writer = newWriter();
    await writer.commit(requestOf(server.url), signal);
    server.requests.length = 0;
    const all = Array.from({ length: 40 }, (_, index) =>
      writer.commit(requestOf(server.url, { id: `d-${index}`, project: `p-${index}` }), signal),
    );
    const commits = (await Promise.all(all)).map(({ commit }) => commit);
    expect(git(server.gitDir, "rev-list", "--reverse", "main").split("\n").slice(1)).toEqual(
      commits,
    );
    expect(server.requests.filter((line) => line.includes("POST"))).toHaveLength(1);
  });

  test("five writers and a person: nothing is lost, and history is one line", async () => {
    await newWriter().commit(requestOf(server.url), signal);
    const writing = Array.from({ length: 5 }, async (_, index) => {
      const writer = newWriter();
      for (let round = 0; round < 10; round++) {
        const changes = { id: `w${index}-${round}`, project: `p${index}`, number: round };
        await writer.commit(requestOf(server.url, changes), signal);
      }
    });
    await Promise.race(writing.map((each) => each.then(() => undefined)));
    let pushed = false;
    while (!pushed) {
      try {
        commitByHand("by-hand", "kept");
        pushed = true;
      } catch {
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    }
    await Promise.all(writing);
    git(server.gitDir, "fsck", "--strict");
    expect(git(server.gitDir, "rev-list", "--count", "main")).toBe("52");
    expect(git(server.gitDir, "rev-list", "--min-parents=2", "main")).toBe("");
    expect(git(server.gitDir, "show", "main:by-hand")).toBe("kept");
    for (let index = 0; index < 5; index++) {
      const text = git(
        server.gitDir,
        "show",
        `main:production/apps/company/monorepo/p${index}/release.yaml`,
      );
      expect(parsePointerFile(text, file).deployment).toBe(`w${index}-9`);
      const order = git(
        server.gitDir,
        "log",
        "--reverse",
        "--format=%(trailers:key=Forge-Deployment,valueonly,separator=)",
        "main",
      );
      const own = order.split("\n").filter((id) => id.startsWith(`w${index}-`));
      expect(own).toEqual(Array.from({ length: 10 }, (_, round) => `w${index}-${round}`));
    }
  });

  test("one bad pointer fails its own request alone", async () => {
    const writer = newWriter();
    await writer.commit(requestOf(server.url), signal);
    commitByHand(file, "not: a pointer\n");
    const [bad, good] = await Promise.allSettled([
      writer.commit(requestOf(server.url, { id: "d-2" }), signal),
      writer.commit(requestOf(server.url, { id: "d-3", project: "billing" }), signal),
    ]);
    expect(bad).toMatchObject({
      reason: { code: "PointerFileInvalid", message: expect.stringContaining(file) },
    });
    expect(good.status).toBe("fulfilled");
    expect(git(server.gitDir, "show", `main:${file}`)).toBe("not: a pointer");
  });

  test("a link in the way is not followed", async () => {
    const work = join(folder, "work");
    git(folder, "clone", "--quiet", server.gitDir, "work");
    symlinkSync("/etc", join(work, "production"));
    git(work, "add", ".");
    git(work, "commit", "--quiet", "-m", "a trap");
    git(work, "push", "--quiet", "origin", "HEAD:main");
    await expect(newWriter().commit(requestOf(server.url), signal)).rejects.toMatchObject({
      code: "PointerPathInvalid",
      message: expect.stringContaining('"production" is a symbolic link'),
    });
  });

  test("a branch that is missing is not created, in a repository that has others", async () => {
    await newWriter().commit(requestOf(server.url), signal);
    const request = requestOf(server.url, {}, { branch: "mian" });
    await expect(newWriter().commit(request, signal)).rejects.toMatchObject({
      code: "GitBranchNotFound",
    });
  });
});
