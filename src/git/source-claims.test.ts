import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ownNetwork } from "../network/index.ts";
import { commitOfTag, isOnBranch, openRemote } from "./index.ts";
import { type GitServer, git, startGitServer } from "./testing/http-backend.ts";

const network = ownNetwork();

const signal = new AbortController().signal;
let server: GitServer;
let folder: string;
let work: string;
const commits: Record<string, string> = {};

function commit(name: string): void {
  git(work, "commit", "--quiet", "--allow-empty", "-m", name);
  commits[name] = git(work, "rev-parse", "HEAD");
}

beforeAll(async () => {
  server = await startGitServer();
  folder = mkdtempSync(join(tmpdir(), "forge-claims-"));
  git(folder, "clone", "--quiet", server.gitDir, "work");
  work = join(folder, "work");
  git(work, "checkout", "--quiet", "-B", "main");
  for (const name of ["first", "second"]) commit(name);
  git(work, "checkout", "--quiet", "-b", "side");
  commit("on side");
  git(work, "checkout", "--quiet", "-b", "merged", "main");
  commit("on merged");
  git(work, "checkout", "--quiet", "main");
  commit("third");
  git(work, "merge", "--quiet", "--no-ff", "-m", "merge", "merged");
  commit("head");
  git(work, "tag", "light", commits["second"] ?? "");
  git(work, "tag", "-a", "-m", "With words", "heavy", commits["second"] ?? "");
  git(work, "tag", "-a", "-m", "A tag of a tag", "nested", "heavy");
  git(work, "tag", "of-a-tree", "HEAD^{tree}");
  git(work, "push", "--quiet", "origin", "main", "side", "--tags");
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await server[Symbol.asyncDispose]();
});

describe("a branch contains", () => {
  test.each([
    ["main", "head", "contained", "it is the head"],
    ["main", "first", "contained", "it is the root"],
    ["main", "third", "contained", "it is a first parent"],
    ["main", "on merged", "contained", "it came by a merge"],
    ["main", "on side", "not contained", "it is on another branch alone"],
    ["side", "third", "not contained", "the branch left before"],
    ["side", "second", "contained", "the branch began there"],
    ["gone", "first", "no such branch", "there is none of that name"],
    ["mai", "first", "no such branch", "a prefix is no name"],
  ])("%s the commit %s: %s, since %s", async (branch, name, expected) => {
    const remote = openRemote({ network, url: server.url });
    expect(await isOnBranch(remote, branch, commits[name] ?? "", signal)).toBe(expected);
    await remote.close();
  });

  test("no commit that the repository does not know", async () => {
    const remote = openRemote({ network, url: server.url });
    expect(await isOnBranch(remote, "main", "1".repeat(40), signal)).toBe("not contained");
    await remote.close();
  });
});

describe("a tag points at a commit", () => {
  test.each<[string, string | undefined, string]>([
    ["light", "second", "it is the ref itself"],
    ["heavy", "second", "an annotated tag names it"],
    ["nested", "second", "a tag of a tag does"],
    ["of-a-tree", undefined, "a tree is no commit"],
    ["none", undefined, "there is no such tag"],
  ])("%s: %s, since %s", async (tag, name) => {
    const remote = openRemote({ network, url: server.url });
    const expected = name === undefined ? undefined : commits[name];
    expect(await commitOfTag(remote, tag, signal)).toBe(expected);
    await remote.close();
  });
});
