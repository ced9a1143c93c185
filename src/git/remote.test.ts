import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ownNetwork } from "../network/index.ts";
import { encodeCommit, encodeTree, gitObject, ObjectStore, openRemote } from "./index.ts";
import { decodeTree } from "./objects/tree.ts";
import { type GitServer, git, startGitServer } from "./testing/http-backend.ts";

const network = ownNetwork();

const signal = new AbortController().signal;
const person = { name: "Ann", email: "ann@example.com", time: "2026-11-20T10:00:00Z" };

function commitOn(parents: string[], content: string) {
  const blob = gitObject("blob", Buffer.from(content));
  const tree = encodeTree([{ mode: "100644", name: "file", id: blob.id }]);
  const commit = encodeCommit({
    tree: tree.id,
    parents,
    author: person,
    committer: person,
    message: content,
  });
  return { id: commit.id, objects: [blob, tree, commit] };
}

describe("against git http-backend", { timeout: 20_000 }, () => {
  let server: GitServer;
  beforeAll(async () => {
    server = await startGitServer();
  });
  afterAll(() => server[Symbol.asyncDispose]());

  test("push creates the branch, moves it, and loses a race as an answer", async () => {
    const remote = openRemote({ network, url: server.url });
    expect(await remote.listRefs([], signal)).toEqual([]);
    const first = commitOn([], "one");
    const ref = "refs/heads/main";
    expect(
      await remote.push({ ref, old: undefined, new: first.id, objects: first.objects }, signal),
    ).toEqual({
      status: "accepted",
    });
    const second = commitOn([first.id], "two");
    const push = { ref, old: first.id, new: second.id, objects: second.objects };
    expect(await remote.push(push, signal)).toEqual({ status: "accepted" });
    const late = commitOn([first.id], "three");
    const lost = await remote.push(
      { ref, old: first.id, new: late.id, objects: late.objects },
      signal,
    );
    expect(lost.status).toBe("rejected");
    expect(await remote.listRefs([ref], signal)).toEqual([{ name: ref, id: second.id }]);
    git(server.gitDir, "fsck", "--strict");
    expect(git(server.gitDir, "show", "main:file")).toBe("two");
    await remote.close();
  });

  test("a refused push carries what the hook said", async () => {
    const hook = join(server.gitDir, "hooks", "pre-receive");
    writeFileSync(hook, "#!/bin/sh\necho frozen until monday >&2\nexit 1\n", { mode: 0o755 });
    const remote = openRemote({ network, url: server.url });
    const other = commitOn([], "hook");
    const push = { ref: "refs/heads/other", old: undefined, new: other.id, objects: other.objects };
    const result = await remote.push(push, signal);
    expect(result).toEqual({
      status: "rejected",
      reason: "pre-receive hook declined",
      message: expect.stringContaining("frozen until monday"),
    });
    rmSync(hook);
    await remote.close();
  });

  test("an incremental fetch is small, deltas and all, and needs no history", async () => {
    const folder = mkdtempSync(join(tmpdir(), "forge-clone-"));
    git(folder, "clone", "--quiet", server.gitDir, "work");
    const work = join(folder, "work");
    for (let index = 0; index < 300; index++)
      writeFileSync(join(work, `f${index}.txt`), `${index}`);
    git(work, "add", ".");
    git(work, "commit", "--quiet", "-m", "many");
    git(work, "push", "--quiet", "origin", "HEAD:main");
    const known = git(work, "rev-parse", "HEAD");
    const remote = openRemote({ network, url: server.url });
    const store = new ObjectStore();
    await remote.fetch({ wants: [known], depth: 1, filter: "blob:none" }, store, signal);
    for (const round of ["a", "b"]) {
      writeFileSync(join(work, "f7.txt"), round);
      git(work, "commit", "--quiet", "-am", round);
    }
    git(work, "push", "--quiet", "origin", "HEAD:main");
    const head = git(work, "rev-parse", "HEAD");
    const request = {
      wants: [head],
      haves: [known],
      shallow: [known],
      depth: 1,
      filter: "blob:none",
    } as const;
    await remote.fetch({ ...request, limits: { packBytes: 2_000 } }, store, signal);
    expect(decodeTree(store.treeData(store.commit(head).tree))).toHaveLength(301);
    // A head that the server does not know does no harm.
    await remote.fetch(
      { ...request, haves: ["1".repeat(40)], shallow: [] },
      new ObjectStore(),
      signal,
    );
    rmSync(folder, { recursive: true });
    await remote.close();
  });

  test("an unknown object is CommitNotFound", async () => {
    const remote = openRemote({ network, url: server.url });
    for (const want of ["0123456789".repeat(4), "main", "a".repeat(64)]) {
      await expect(
        remote.fetch({ wants: [want] }, new ObjectStore(), signal),
      ).rejects.toMatchObject({ code: "CommitNotFound" });
    }
    await remote.close();
  });
});
