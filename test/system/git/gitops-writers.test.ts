import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { createGitOpsWriter } from "../../../src/gitops/index.ts";
import { ownNetwork } from "../../../src/network/index.ts";
import { createBareRepository, git, output, run } from "../../ground/index.ts";
import { gitOpsRequest } from "./gitops-requests.ts";

const writers = 5;
const commitsEach = 200;
/** Deployments that a writer asks for at once, each of a pointer of its own. */
const wave = 20;

const { gitUrl, gitRoot, gitCredentials } = inject("ground");
const name = `writers-${process.pid}.git`;
const bare = join(gitRoot, name);
let folder: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "forge-writers-"));
  await createBareRepository(bare);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const identity = {
  GIT_AUTHOR_NAME: "Ann",
  GIT_AUTHOR_EMAIL: "ann@example.com",
  GIT_COMMITTER_NAME: "Ann",
  GIT_COMMITTER_EMAIL: "ann@example.com",
};

/** A person with a clone: commits a file, pulls and pushes until it is in. */
async function pushByHand(work: string, file: string, signal: AbortSignal): Promise<void> {
  writeFileSync(join(work, file), "by hand\n");
  const inWork = (...args: string[]) => run("git", ["-C", work, ...args], { env: identity });
  await inWork("add", file);
  await inWork("commit", "--quiet", "-m", file);
  let said = "";
  while (!signal.aborted) {
    const pulled = await inWork("pull", "--quiet", "--rebase", "origin", "main");
    if (pulled.code !== 0) await inWork("rebase", "--abort");
    const pushed = await inWork("push", "--quiet", "origin", "HEAD:main");
    if (pushed.code === 0) return;
    said = pulled.stderr + pushed.stderr;
  }
  throw new Error(`the person never got through: ${said}`);
}

test("five writers and a person: nothing is lost, nothing is there twice, history is one line", async () => {
  const signal = AbortSignal.timeout(110_000);
  const remote = { url: `${gitUrl}/${name}`, credentials: gitCredentials };
  const first = createGitOpsWriter();
  await first.commit(gitOpsRequest(remote, "first", 1), signal);
  await first.close();
  const commits = new Set<string>();
  const over = new AbortController();
  const writing = Array.from({ length: writers }, async (_, index) => {
    const writer = createGitOpsWriter();
    for (let round = 1; round <= commitsEach / wave; round++) {
      const asked = Array.from({ length: wave }, (__, item) =>
        writer.commit(
          { ...gitOpsRequest(remote, `writer-${index}-${item}`, round), deadlineMs: 100_000 },
          signal,
        ),
      );
      for (const { commit } of await Promise.all(asked)) commits.add(commit);
    }
    await writer.close();
  });
  const byHand: string[] = [];
  const person = async () => {
    const work = join(folder, "work");
    const url = remote.url.replace(
      "//",
      `//${gitCredentials.username}:${gitCredentials.password}@`,
    );
    await output("git", ["clone", "--quiet", url, work]);
    while (!over.signal.aborted) {
      const file = `by-hand-${byHand.length}`;
      await pushByHand(work, file, signal);
      byHand.push(file);
    }
  };
  const written = Promise.all(writing).finally(() => over.abort());
  await Promise.all([written, person()]);

  await git(bare, "fsck", "--strict");
  expect(byHand.length).toBeGreaterThan(0);
  expect(commits.size).toBe(writers * commitsEach);
  const lines = (text: string) => text.trim().split("\n");
  const all = lines(await git(bare, "rev-list", "main"));
  expect(all).toHaveLength(1 + writers * commitsEach + byHand.length);
  expect(all.filter((id) => commits.has(id))).toHaveLength(commits.size);
  expect(await git(bare, "rev-list", "--min-parents=2", "main")).toBe("");
  const files = new Set(lines(await git(bare, "ls-tree", "-r", "--name-only", "main")));
  expect(byHand.filter((file) => !files.has(file))).toEqual([]);

  const log = await createHistory(remote, signal);
  const sequences = Map.groupBy(log, ({ project }) => project);
  sequences.delete("first");
  expect(sequences.size).toBe(writers * wave);
  const inOrder = Array.from({ length: commitsEach / wave }, (_, index) => index + 1);
  for (const logged of sequences.values()) {
    expect(logged.map(({ sequence }) => sequence)).toEqual(inOrder);
  }
});

async function createHistory(remote: Parameters<typeof gitOpsRequest>[0], signal: AbortSignal) {
  const writer = createGitOpsWriter();
  const { deployments } = await writer.history(
    { remote: { ...remote, network: ownNetwork() }, branch: "main" },
    10_000,
    signal,
  );
  await writer.close();
  return deployments.toReversed();
}
