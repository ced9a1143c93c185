import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ForgeError } from "../api/index.ts";
import { type GitRemote, openRemote, type RemoteOptions } from "../git/index.ts";
import { type GitServer, git, startGitServer } from "../git/testing/http-backend.ts";
import { ownNetwork } from "../network/index.ts";
import { createGitOpsWriter, type GitOpsWriter } from "./index.ts";
import { isPush } from "./testing/intercepted.ts";
import { requestOf } from "./testing/requests.ts";

const signal = new AbortController().signal;

let server: GitServer;
let writer: GitOpsWriter;

beforeEach(async () => {
  server = await startGitServer();
  writer = createGitOpsWriter({ random: () => 0.01 });
  await writer.commit(requestOf(server.url), signal);
  server.requests.length = 0;
});
afterEach(async () => {
  await writer.close();
  await server[Symbol.asyncDispose]();
});

const next = { id: "d-2", number: 43 };

describe("when things go wrong", { timeout: 30_000 }, () => {
  test("a hook that refuses one deployment does not stop the others", async () => {
    const hook = join(server.gitDir, "hooks", "update");
    const script =
      '#!/bin/sh\ngit log --format=%B "$2..$3" | grep -q "Forge-Deployment: bad" && { echo no bad ones >&2; exit 1; }\nexit 0\n';
    writeFileSync(hook, script, { mode: 0o755 });
    const ids = ["d-2", "bad", "d-3", "d-4"];
    const results = await Promise.allSettled(
      ids.map((id) => writer.commit(requestOf(server.url, { id, project: id }), signal)),
    );
    expect(results.map(({ status }) => status)).toEqual([
      "fulfilled",
      "rejected",
      "fulfilled",
      "fulfilled",
    ]);
    expect(results[1]).toMatchObject({
      reason: { code: "GitRejected", message: expect.stringContaining("no bad ones") },
    });
    rmSync(hook);
  });

  test.each([
    {
      status: 401,
      code: "GitUnauthorized",
      because: "asking again with the same credentials is no use",
    },
    { status: 403, code: "GitUnauthorized", because: "the server knows us and refuses" },
  ])("HTTP $status fails at once: $because", async ({ status, code }) => {
    server.intercept = (_request, response) => {
      response.writeHead(status).end();
      return true;
    };
    await expect(writer.commit(requestOf(server.url, next), signal)).rejects.toMatchObject({
      code,
    });
    expect(server.requests).toHaveLength(1);
  });

  test("a server that stays away fails with its own error once the deadline is over", async () => {
    server.intercept = (_request, response) => {
      response.writeHead(503).end();
      return true;
    };
    const request = requestOf(server.url, next, { deadlineMs: 100 });
    const error = await writer.commit(request, signal).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: "GitUnreachable",
      message: expect.stringContaining("HTTP 503"),
    });
    server.intercept = undefined;
    await writer.commit(requestOf(server.url, next), signal);
  });

  test("Retry-After is obeyed, within bounds", async () => {
    const slept: number[] = [];
    const other = createGitOpsWriter({
      random: () => 0,
      sleep: (ms) => {
        slept.push(ms);
        return Promise.resolve();
      },
    });
    const asked = ["7", "86400", undefined];
    server.intercept = (_request, response) => {
      if (asked.length === 0) return false;
      const seconds = asked.shift();
      response.writeHead(503, seconds === undefined ? {} : { "retry-after": seconds }).end();
      return true;
    };
    await other.commit(requestOf(server.url, next), signal);
    await other.close();
    expect(slept).toEqual([7_000, 30_000, 0]);
  });

  test("a caller that leaves is let go, and the next is served", async () => {
    const controller = new AbortController();
    server.intercept = (request) => {
      if (!isPush(request)) return false;
      controller.abort(new Error("shutting down"));
      return true;
    };
    await expect(writer.commit(requestOf(server.url, next), controller.signal)).rejects.toThrow(
      "shutting down",
    );
    server.intercept = undefined;
    await writer.commit(requestOf(server.url, { id: "d-3" }), signal);
    expect(git(server.gitDir, "rev-list", "--count", "main")).toBe("2");
  });

  test("a branch that was rewritten is read anew", async () => {
    const tree = git(server.gitDir, "rev-parse", "main^{tree}");
    const rewritten = git(server.gitDir, "commit-tree", tree, "-m", "rewritten");
    git(server.gitDir, "update-ref", "refs/heads/main", rewritten);
    git(server.gitDir, "reflog", "expire", "--expire=now", "--all");
    git(server.gitDir, "gc", "--quiet", "--prune=now");
    const { commit } = await writer.commit(requestOf(server.url, next), signal);
    expect(git(server.gitDir, "rev-parse", `${commit}~1`)).toBe(rewritten);
  });

  test("a server that cannot tell what is new is asked for everything", async () => {
    const moved = git(server.gitDir, "commit-tree", "main^{tree}", "-p", "main", "-m", "moved");
    git(server.gitDir, "update-ref", "refs/heads/main", moved);
    let fetches = 0;
    server.intercept = (request, response) => {
      const isUpload =
        request.method === "POST" && request.url?.endsWith("git-upload-pack") === true;
      // The first is the look at the head, the second asks for what is new.
      if (!isUpload || ++fetches !== 2) return false;
      response.writeHead(200, { "content-type": "application/x-git-upload-pack-result" });
      response.end("0010ERR confused");
      return true;
    };
    const { commit } = await writer.commit(requestOf(server.url, next), signal);
    expect(git(server.gitDir, "rev-parse", `${commit}~1`)).toBe(moved);
    expect(fetches).toBeGreaterThan(2);
  });

  test("a server that gives no file by its id is asked for all that the head holds", async () => {
    let refused = 0;
    const refusing = (options: RemoteOptions): GitRemote => {
      const remote = openRemote(options);
      return {
        objectFormat: (...args) => remote.objectFormat(...args),
        listRefs: (...args) => remote.listRefs(...args),
        checkPush: (...args) => remote.checkPush(...args),
        push: (...args) => remote.push(...args),
        close: () => remote.close(),
        fetch: (request, ...args) => {
          if (request.depth !== undefined) return remote.fetch(request, ...args);
          refused++;
          return Promise.reject(new ForgeError("CommitNotFound", "not our ref"));
        },
      };
    };
    const other = createGitOpsWriter({ openRemote: refusing });
    expect(await other.commit(requestOf(server.url, next), signal)).toMatchObject({
      alreadyCommitted: false,
    });
    expect(refused).toBe(1);
    await other.close();
  });

  test("a push never mixes credentials", async () => {
    const seen = new Set<string>();
    server.intercept = (request, response) => {
      const pair = Buffer.from(
        request.headers.authorization?.slice("Basic ".length) ?? "",
        "base64",
      ).toString();
      if (isPush(request)) seen.add(pair);
      if (!pair.startsWith("stranger")) return false;
      response.writeHead(403).end();
      return true;
    };
    const withPassword = (username: string, id: string) =>
      writer.commit(
        requestOf(
          server.url,
          { id, project: id },
          {
            remote: {
              url: server.url,
              network: ownNetwork(),
              credentials: { username, password: "x" },
            },
          },
        ),
        signal,
      );
    const results = await Promise.allSettled([
      withPassword("ann", "d-2"),
      withPassword("stranger", "d-3"),
      withPassword("ann", "d-4"),
    ]);
    expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
    expect(git(server.gitDir, "log", "--format=%B", "main")).not.toContain("d-3");
  });

  test("what waits is told when the writer closes", async () => {
    server.intercept = () => true;
    const waiting = writer.commit(requestOf(server.url, next), signal);
    await Promise.all([expect(waiting).rejects.toMatchObject({ code: "Timeout" }), writer.close()]);
  });

  test("a deployment that comes after a later one of its pointer is not committed over it", async () => {
    const id = (sequence: number) => `production-auth-service-1f2e3d4c-${sequence}`;
    await writer.commit(requestOf(server.url, { id: id(19), number: 44 }), signal);
    const late = writer.commit(requestOf(server.url, { id: id(18), number: 43 }), signal);
    await expect(late).rejects.toMatchObject({ code: "DeploymentOutdated" });
    expect(git(server.gitDir, "rev-list", "--count", "main")).toBe("2");
  });
});
