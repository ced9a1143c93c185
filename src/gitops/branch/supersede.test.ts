import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type GitServer, git, startGitServer } from "../../git/testing/http-backend.ts";
import { createGitOpsWriter, type Deployment, type GitOpsWriter } from "../index.ts";
import { requestOf } from "../testing/requests.ts";

const signal = new AbortController().signal;
const file = "production/apps/company/monorepo/auth-service/release.yaml";

let server: GitServer;
let writer: GitOpsWriter;

beforeEach(async () => {
  server = await startGitServer();
  writer = createGitOpsWriter({ random: () => 0.01 });
});
afterEach(async () => {
  await writer.close();
  await server[Symbol.asyncDispose]();
});

const commit = (id: string, rest: Partial<Deployment> = {}) =>
  writer.commit(requestOf(server.url, { id, ...rest }), signal);
const subjects = () =>
  git(
    server.gitDir,
    "log",
    "--reverse",
    "--format=%(trailers:key=Forge-Deployment,valueonly,separator=)",
    "main",
  ).split("\n");
const outcomes = async (waiting: readonly Promise<unknown>[]) =>
  (await Promise.allSettled(waiting)).map((outcome) =>
    outcome.status === "fulfilled" ? "committed" : outcome.reason.code,
  );

/** Lets the next push wait until it is let go. */
function holdNextPush(): { readonly held: Promise<void>; letGo(): void } {
  const [held, gate] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  server.intercept = async (request) => {
    if (request.method !== "POST" || !request.url?.endsWith("git-receive-pack")) return false;
    server.intercept = undefined;
    held.resolve();
    await gate.promise;
    return false;
  };
  return { held: held.promise, letGo: gate.resolve };
}

describe("of the deployments of one pointer that wait", { timeout: 30_000 }, () => {
  test("the newest is committed; those of others are not touched", async () => {
    await commit("a-1");
    const { held, letGo } = holdNextPush();
    const first = commit("a-2");
    await held;
    const waiting = [first, commit("a-3"), commit("b-1", { project: "billing" }), commit("a-4")];
    letGo();
    expect(await outcomes(waiting)).toEqual([
      "committed",
      "DeploymentOutdated",
      "committed",
      "committed",
    ]);
    expect(subjects()).toEqual(["a-1", "a-2", "b-1", "a-4"]);
  });

  test.each([
    { ids: ["a-9", "a-10", "a-8"], last: "a-10", because: "sequences are numbers" },
    { ids: ["x", "z", "y"], last: "y", because: "without sequences the last to come counts" },
  ])("the newest of $ids is $last: $because", async ({ ids, last }) => {
    const codes = await outcomes(ids.map((id) => commit(id)));
    expect(codes).toEqual(ids.map((id) => (id === last ? "committed" : "DeploymentOutdated")));
    expect(subjects()).toEqual([last]);
  });

  test("one that a lost answer may have brought in is looked for first", async () => {
    await commit("a-1");
    let newer: Promise<unknown> = Promise.resolve();
    server.intercept = (request, response) => {
      if (request.method !== "POST" || !request.url?.endsWith("git-receive-pack")) return false;
      server.intercept = undefined;
      response.end = (() => {
        newer = commit("a-3");
        response.destroy();
      }) as unknown as typeof response.end;
      return false;
    };
    expect(await commit("a-2")).toMatchObject({ alreadyCommitted: false });
    await newer;
    expect(subjects()).toEqual(["a-1", "a-2", "a-3"]);
  });
});

describe("a pointer file that somebody changes while a deployment is on its way", () => {
  const edits: readonly { because: string; edit: (text: string) => string; code: string }[] = [
    {
      because: "it pins another release now: that is decided again",
      edit: (text) => text.replace(/release: \S+/, `release: ${"e".repeat(40)}`),
      code: "DeploymentOutdated",
    },
    {
      because: "it pins another image now",
      edit: (text) => text.replace(/sha256:\w+/, `sha256:${"1".repeat(64)}`),
      code: "DeploymentOutdated",
    },
    {
      because: "it is gone",
      edit: () => "",
      code: "DeploymentOutdated",
    },
    {
      because: "a comment is no matter",
      edit: (text) => `# hands off\n${text}\n`,
      code: "committed",
    },
    {
      because: "an earlier deployment of the same pointer is no surprise",
      edit: (text) => text.replace("auth-1", "auth-2"),
      code: "committed",
    },
  ];

  test.each(edits)("$because: $code", async ({ edit, code }) => {
    await commit("auth-1");
    // The first push fails: the next attempt looks at the server, and that look is lost too.
    let pushes = 0;
    server.intercept = (request, response) => {
      if (request.method !== "POST" || !request.url?.endsWith("git-receive-pack")) return false;
      if (++pushes === 1) {
        response.destroy();
        return true;
      }
      if (pushes === 2) {
        const text = edit(git(server.gitDir, "show", `main:${file}`));
        editOnServer(text);
      }
      return false;
    };
    expect(await outcomes([commit("auth-3")])).toEqual([code]);
    server.intercept = undefined;
    // Asked for once more, it is decided on what is there now.
    expect(await outcomes([commit("auth-4")])).toEqual(["committed"]);
    expect(subjects().includes("auth-3")).toBe(code === "committed");
  });

  function editOnServer(text: string): void {
    const script =
      text === "" ? `D ${file}\n` : `M 100644 inline ${file}\ndata <<END\n${text}\nEND\n`;
    const stream = `commit refs/heads/main\ncommitter Ann <ann@example.com> 1700000000 +0000\ndata 2\nx\nfrom refs/heads/main^0\n${script}\ndone\n`;
    git(
      server.gitDir,
      "-c",
      `alias.import=!printf '%s' "$1" | git fast-import --quiet --done #`,
      "import",
      stream,
    );
  }
});
