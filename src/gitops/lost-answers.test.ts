import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type GitServer, git, startGitServer } from "../git/testing/http-backend.ts";
import { createGitOpsWriter, type GitOpsWriter } from "./index.ts";
import { isPush } from "./testing/intercepted.ts";
import { requestOf } from "./testing/requests.ts";

const signal = new AbortController().signal;
const pushes = () =>
  server.requests.filter((line) => line === "POST /repo.git/git-receive-pack").length;

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

describe("a push whose answer does not come", { timeout: 30_000 }, () => {
  test("a push whose answer was lost is found again, not made twice", async () => {
    let lost = 0;
    server.intercept = (request, response) => {
      if (!isPush(request) || lost++ > 0) return false;
      // git answers into the void: the push counts, and nobody hears of it.
      response.end = (() => response.destroy()) as unknown as typeof response.end;
      return false;
    };
    const result = await writer.commit(requestOf(server.url, next), signal);
    expect(lost).toBe(1);
    expect(result).toMatchObject({
      commit: git(server.gitDir, "rev-parse", "main"),
      alreadyCommitted: false,
    });
    expect(git(server.gitDir, "rev-list", "--count", "main")).toBe("2");
  });

  test("it is found even when somebody has since deployed over it", async () => {
    const other = createGitOpsWriter();
    let first = true;
    let mine = "";
    server.intercept = (request, response) => {
      if (!isPush(request) || !first) return false;
      first = false;
      response.end = (() => {
        mine = git(server.gitDir, "rev-parse", "main");
        void other
          .commit(requestOf(server.url, { id: "d-3", number: 44 }), signal)
          .then(() => response.destroy());
      }) as unknown as typeof response.end;
      return false;
    };
    const result = await writer.commit(requestOf(server.url, next), signal);
    expect(result).toMatchObject({ commit: mine, alreadyCommitted: false });
    expect(
      git(server.gitDir, "show", "main:production/apps/company/monorepo/auth-service/release.yaml"),
    ).toContain("d-3");
    expect(git(server.gitDir, "rev-list", "--count", "main")).toBe("3");
    await other.close();
  });

  test("a push that never arrived is made again", async () => {
    let dropped = 0;
    server.intercept = (request, response) => {
      if (!isPush(request) || dropped++ > 1) return false;
      response.destroy();
      return true;
    };
    await writer.commit(requestOf(server.url, next), signal);
    expect(git(server.gitDir, "rev-list", "--count", "main")).toBe("2");
    expect(pushes()).toBe(3);
  });

  test("a connection that is reset in the middle of a push", async () => {
    let resets = 0;
    server.intercept = (request) => {
      if (!isPush(request) || resets++ > 1) return false;
      request.once("data", () => request.socket.resetAndDestroy());
      return true;
    };
    const ids = Array.from({ length: 50 }, (_, index) => `p${index}`);
    await Promise.all(
      ids.map((id) => writer.commit(requestOf(server.url, { id, project: id }), signal)),
    );
    expect(pushes()).toBe(3);
    expect(git(server.gitDir, "rev-list", "--count", "main")).toBe("51");
  });
});
