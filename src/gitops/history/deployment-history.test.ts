import { execFileSync } from "node:child_process";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type GitServer, git, startGitServer } from "../../git/testing/http-backend.ts";
import { createGitOpsWriter, type Deployment, type GitOpsWriter } from "../index.ts";
import { releasePointerFormat } from "../pointer/pointer-file.ts";
import { deploymentOf, requestOf } from "../testing/requests.ts";
import { commitMessage } from "./commit-message.ts";

const signal = new AbortController().signal;

let server: GitServer;
let writer: GitOpsWriter;
let time: number;

beforeEach(async () => {
  server = await startGitServer();
  time = Date.parse("2026-11-20T10:00:00Z");
  writer = createGitOpsWriter({
    now: () => {
      time += 60_000;
      return time;
    },
  });
});
afterEach(async () => {
  await writer.close();
  await server[Symbol.asyncDispose]();
});

const history = (limit = 100, environment?: string) => {
  const { remote, branch } = requestOf(server.url);
  return writer.history({ remote, branch, ...(environment && { environment }) }, limit, signal);
};
const commit = (changes: Partial<Deployment>) =>
  writer.commit(requestOf(server.url, changes), signal);
const onTop = (message: string, tree = "main^{tree}", ...parents: string[]) => {
  const behind = ["main", ...parents].flatMap((parent) => ["-p", parent]);
  const id = git(server.gitDir, "commit-tree", tree, ...behind, "-m", message);
  git(server.gitDir, "update-ref", "refs/heads/main", id);
};

describe("the history of deployments, from the log alone", { timeout: 60_000 }, () => {
  test("tells of each what was asked for, by whom, why, and what ran before", async () => {
    expect(await history()).toEqual({ deployments: [], complete: true });
    const { image, ...base } = deploymentOf({ id: "production-auth-1", reason: "it is time" });
    const first = await commit({ ...base, image });
    const digest = `sha256:${"1".repeat(64)}`;
    const { version: _, reason: __, ...rest } = base;
    const promoted = { ...rest, id: "production-auth-2", number: 43, by: "bob", type: "Promote" };
    const second = await writer.commit(
      {
        ...requestOf(server.url),
        deployment: { ...promoted, type: "Promote", image: { ...image, digest } },
      },
      signal,
    );
    const previous = { number: 43 };
    const back = { id: "production-auth-3", type: "Rollback", by: "eve", previous } as const;
    const third = await commit(back);
    const path = "production/apps/company/monorepo/auth-service/release.yaml";
    const { complete, deployments } = await history();
    expect(complete).toBe(true);
    const ofFirst = { ...base, digest: image.digest, sequence: 1, path };
    const { commit: release, number, version } = base;
    expect(deployments).toEqual([
      {
        ...base,
        ...back,
        ...{ sequence: 3, digest: image.digest, gitCommit: third.commit, path },
        time: "2026-11-20T10:03:00Z",
        previous: { id: "production-auth-2", commit: release, number: 43, digest },
        reason: undefined,
      },
      {
        ...promoted,
        ...{ sequence: 2, digest, gitCommit: second.commit, path },
        time: "2026-11-20T10:02:00Z",
        previous: {
          ...{ id: "production-auth-1", commit: release, number, version },
          digest: image.digest,
        },
      },
      { ...ofFirst, gitCommit: first.commit, time: "2026-11-20T10:01:00Z" },
    ]);
  });

  test("is of one environment, and no longer than the limit", async () => {
    for (const sequence of [1, 2, 3]) {
      for (const environment of ["dev", "production"]) {
        await commit({ id: `${environment}-auth-${sequence}`, environment });
      }
    }
    const ids = async (...args: Parameters<typeof history>) => {
      const { deployments, complete } = await history(...args);
      return [...deployments.map(({ id }) => id), complete];
    };
    expect(await ids(100, "dev")).toEqual(["dev-auth-3", "dev-auth-2", "dev-auth-1", true]);
    expect(await ids(2, "dev")).toEqual(["dev-auth-3", "dev-auth-2", false]);
    expect(await ids(3)).toEqual(["production-auth-3", "dev-auth-3", "production-auth-2", false]);
    expect(await ids(100, "staging")).toEqual([true]);
  });

  test("knows copies of forge's messages from what brought a deployment", async () => {
    const { commit: first } = await commit({ id: "d-1" });
    const message = git(server.gitDir, "log", "-1", "--format=%B", "main");
    onTop(message);
    onTop(message.replace("d-1", "d-9"));
    onTop("by hand\n\nForge-Deployment: d-8");
    const { deployments } = await history();
    expect(deployments.map(({ id, gitCommit }) => [id, gitCommit])).toEqual([["d-1", first]]);
  });

  test("finds what a person has merged", async () => {
    await commit({ id: "d-1" });
    const base = git(server.gitDir, "rev-parse", "main");
    const side = git(server.gitDir, "commit-tree", "main^{tree}", "-p", base, "-m", "aside");
    await commit({ id: "d-2" });
    const tip = git(server.gitDir, "rev-parse", "main");
    // As `git pull` does it: forge's commits are behind the second parent.
    const merged = git(
      ...([server.gitDir, "commit-tree", "main^{tree}", "-p", side, "-p", tip] as const),
      ...(["-m", "Merge branch 'main'"] as const),
    );
    git(server.gitDir, "update-ref", "refs/heads/main", merged);
    await commit({ id: "d-3" });
    const { deployments } = await history();
    expect(deployments.map(({ id, by }) => [id, by])).toEqual(
      ["d-3", "d-2", "d-1"].map((id) => [id, "alice@company.com"]),
    );
  });

  test.each([
    { because: "version 2 is off", config: [], protocol: "version=0" },
    { because: "there are no filters", config: ["uploadpack.allowFilter", "false"], protocol: "" },
    {
      because: "trees cannot be left out",
      config: ["uploadpackfilter.tree.allow", "false"],
      protocol: "",
    },
  ])("is the same from a server where $because", async ({ config, protocol }) => {
    for (const id of ["d-1", "d-2", "d-3"]) await commit({ id });
    const expected = await history();
    if (config.length > 0) git(server.gitDir, "config", ...config);
    server.intercept = (request) => {
      if (protocol !== "") request.headers["git-protocol"] = protocol;
      return false;
    };
    expect(await history()).toEqual(expected);
    expect(expected.deployments.map(({ by }) => by)).toEqual(Array(3).fill("alice@company.com"));
  });

  test("of 10,000 commits, each deployment once and in order", async () => {
    const count = 10_000;
    const described = (index: number) =>
      deploymentOf({
        id: `production-p${index % 50}-${Math.floor(index / 50) + 1}`,
        project: `p${index % 50}`,
        number: Math.floor(index / 50) + 1,
        commit: index.toString(16).padStart(40, "0"),
        by: `person-${index % 7}`,
      });
    const form = releasePointerFormat.create(
      deploymentOf({ id: "ID", project: "PROJECT", by: "BY", number: 7 }),
    );
    const stream = Array.from({ length: count }, (_, index) => {
      const deployment = described(index);
      const message = commitMessage(deployment);
      const { id, by, project } = deployment;
      const text = form.replace("ID", id).replace("BY", by).replaceAll("PROJECT", project);
      const path = `production/apps/company/monorepo/${deployment.project}/release.yaml`;
      return (
        `commit refs/heads/main\ncommitter forge <forge@example.com> ${1_700_000_000 + index} +0000\n` +
        `data ${Buffer.byteLength(message)}\n${message}\nM 100644 inline ${path}\n` +
        `data ${Buffer.byteLength(text)}\n${text}\n`
      );
    });
    const options = { cwd: server.gitDir, input: `${stream.join("")}done\n` };
    execFileSync("git", ["fast-import", "--quiet", "--done"], options);
    let bytes = 0;
    server.intercept = (_, response) => {
      const end = response.end.bind(response) as (body: Buffer) => typeof response;
      response.end = ((body: Buffer) => {
        bytes += body.length;
        return end(body);
      }) as typeof response.end;
      return false;
    };
    // What lies behind the part of the log that is looked at is not asked for.
    expect((await history(1_000)).deployments).toHaveLength(1_000);
    const bytesOfPart = bytes;
    bytes = 0;
    const { deployments, complete } = await history(20_000);
    expect(bytesOfPart).toBeLessThan(bytes / 5);
    expect(complete).toBe(true);
    expect(deployments).toHaveLength(count);
    for (const [index, logged] of deployments.toReversed().entries()) {
      const { id, project, number, by, commit: release, image } = described(index);
      expect(logged).toMatchObject({ id, project, number, by, commit: release });
      expect(logged.digest).toBe(image.digest);
      expect(logged.previous?.commit).toBe(index < 50 ? undefined : described(index - 50).commit);
    }
  });
});
