import { writeFileSync } from "node:fs";
import type { IncomingMessage, ServerResponse } from "node:http";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type GitServer, git, startGitServer } from "../git/testing/http-backend.ts";
import { readPack } from "../git/testing/read-back.ts";
import { createGitOpsWriter, type GitOpsWriter } from "./index.ts";
import { requestOf } from "./testing/requests.ts";

const signal = new AbortController().signal;

let server: GitServer;
let writer: GitOpsWriter;
let pushes: number;

beforeEach(async () => {
  server = await startGitServer();
  writer = createGitOpsWriter({ sleep: () => Promise.resolve() });
  await writer.commit(requestOf(server.url), signal);
  pushes = 0;
});
afterEach(async () => {
  await writer.close();
  await server[Symbol.asyncDispose]();
});

const packet = (text: string) => `${(text.length + 4).toString(16).padStart(4, "0")}${text}`;

function report(response: ServerResponse, lines: readonly string[], progress = ""): void {
  const said = `${lines.map((line) => packet(`${line}\n`)).join("")}0000`;
  response.writeHead(200, { "content-type": "application/x-git-receive-pack-result" });
  response.end(`${progress && packet(`\u0002${progress}`)}${packet(`\u0001${said}`)}0000`);
}

/** Answers the first pushes itself. */
function refuse(times: number, lines: readonly string[], before = () => {}): void {
  server.intercept = (request: IncomingMessage, response) => {
    if (request.method !== "POST" || !request.url?.endsWith("git-receive-pack")) return false;
    if (++pushes > times) return false;
    request.resume();
    before();
    report(response, lines);
    return true;
  };
}

const someoneElseCommits = () => {
  const { gitDir } = server;
  const id = git(gitDir, "commit-tree", "main^{tree}", "-p", "main", "-m", "theirs");
  git(gitDir, "update-ref", "refs/heads/main", id);
};

const next = () => writer.commit(requestOf(server.url, { id: "d-2", number: 43 }), signal);

const lostRaces = [
  ["git", "failed to update ref"],
  ["git, atomic", "atomic transaction failed"],
  ["git, a lock", "cannot lock ref 'refs/heads/main': is at 1a2b3c but expected 4d5e6f"],
  ["git, a lock file", "Unable to create '/srv/repo.git/refs/heads/main.lock': File exists."],
  ["git, the client's words", "fetch first"],
  ["git, the client's words", "non-fast-forward"],
  ["git, the client's words", "stale info"],
  ["JGit and Gerrit", "lock failure"],
  ["JGit and Gerrit", "failed to lock"],
  ["GitLab (Gitaly)", "incorrect old value provided"],
  ["GitLab (Gitaly)", "reference already exists"],
  ["Bitbucket", "remote ref has changed"],
  ["Azure DevOps", "TF402455: Pushes to this branch are not permitted; retry the operation"],
] as const;

const rules = [
  ["git", "pre-receive hook declined"],
  ["git", "hook declined"],
  ["git", "deny updating a hidden ref"],
  ["git", "branch is currently checked out"],
  ["git", "funny refname"],
  ["git", "shallow update not allowed"],
  ["git", "bad pack"],
  ["git", "missing necessary objects"],
  ["git", "deletion prohibited"],
  ["GitHub", "protected branch hook declined"],
  ["GitHub", "push declined due to repository rule violations"],
  ["GitLab", "You are not allowed to push code to protected branches on this project."],
  ["Gerrit", "prohibited by Gerrit: not permitted: update"],
  ["Azure DevOps", "TF402455: Pushes to this branch are not permitted; use a pull request"],
  ["anyone", "something that nobody has ever said"],
] as const;

describe("a push that is refused", { timeout: 30_000 }, () => {
  test.each([...lostRaces, ...rules])('%s: "%s", and the branch has moved', async (_, said) => {
    refuse(1, ["unpack ok", `ng refs/heads/main ${said}`], someoneElseCommits);
    const { commit } = await next();
    expect(pushes).toBe(2);
    expect(git(server.gitDir, "log", "-1", "--format=%s", `${commit}~1`)).toBe("theirs");
  });

  test.each(lostRaces)('%s: "%s", again and again: it is tried again', async (_, said) => {
    refuse(5, ["unpack ok", `ng refs/heads/main ${said}`]);
    await next();
    expect(pushes).toBe(6);
  });

  test.each(rules)('%s: "%s", thrice on the same head: it is a rule', async (_, said) => {
    refuse(5, ["unpack ok", `ng refs/heads/main ${said}`]);
    await expect(next()).rejects.toMatchObject({
      code: "GitRejected",
      message: expect.stringContaining(said),
    });
    expect(pushes).toBe(3);
  });

  test("a pack that cannot be unpacked is sent again with all that its deltas stand on", async () => {
    const projects = Array.from({ length: 9 }, (_, index) => `project-${index}`);
    const deploy = (id: string) =>
      Promise.all(
        projects.map((project) => writer.commit(requestOf(server.url, { id, project }), signal)),
      );
    await deploy("a-1");
    await deploy("a-2");
    // So it goes without saying: what the server has is not sent again.
    expect(() => readPack(server.packs.at(-1) ?? Buffer.alloc(0))).toThrow("base is missing");
    refuse(1, ["unpack index-pack abnormal exit", "ng refs/heads/main unpacker error"]);
    await deploy("b-1");
    expect(pushes).toBe(2);
    expect(readPack(server.packs.at(-1) ?? Buffer.alloc(0)).length).toBeGreaterThan(0);
  });

  test("what a hook says at length is passed on, bounded, and its words are no lost race", async () => {
    const hook = join(server.gitDir, "hooks", "pre-receive");
    const script = [
      "#!/bin/sh",
      "for i in 1 2 3 4 5 6 7 8 9; do echo checking rule $i, fetch first >&2; done",
      "echo frozen until monday >&2",
      "yes 0123456789 | head -c 100000 >&2",
      "exit 1",
    ];
    writeFileSync(hook, script.join("\n"), { mode: 0o755 });
    const error = await next().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: "GitRejected",
      message: expect.stringContaining("frozen until monday"),
    });
    expect(String(error).length).toBeLessThan(3_000);
  });

  test("a push that is too large for a proxy is divided", async () => {
    const sizes: number[] = [];
    server.intercept = (request, response) => {
      if (!request.url?.endsWith("git-receive-pack") || request.method !== "POST") return false;
      const size = Number(request.headers["content-length"]);
      sizes.push(size);
      if (size < 10_000) return false;
      request.resume();
      response.writeHead(413, { connection: "close" }).end();
      return true;
    };
    const ids = Array.from({ length: 30 }, (_, index) => `p${index}`);
    await Promise.all(
      ids.map((id) => writer.commit(requestOf(server.url, { id, project: id }), signal)),
    );
    expect(Math.max(...sizes)).toBeGreaterThan(10_000);
    expect(git(server.gitDir, "rev-list", "--count", "main")).toBe("31");
  });

  test("progress before the report does not hide it", async () => {
    server.intercept = (request, response) => {
      if (!request.url?.endsWith("git-receive-pack") || request.method !== "POST") return false;
      request.resume();
      const progress = "Resolving deltas: 100% (3/3)\rdone.\nremote: hello\n";
      report(response, ["unpack ok", "ok refs/heads/main"], progress);
      return true;
    };
    expect(await next()).toMatchObject({ alreadyCommitted: false });
  });

  test.each([
    { because: "it says nothing of the branch", lines: ["unpack ok"] },
    { because: "it speaks of another", lines: ["unpack ok", "ok refs/heads/other"] },
  ])("an answer is not taken for a yes when $because", async ({ lines }) => {
    refuse(1, lines);
    await next();
    expect(pushes).toBe(2);
    expect(git(server.gitDir, "rev-list", "--count", "main")).toBe("2");
  });
});
