import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { ownNetwork } from "../network/index.ts";
import {
  encodeCommit,
  encodeTree,
  type FolderRequest,
  gitObject,
  openRemote,
  readFolder,
} from "./index.ts";
import { type GitServer, git, startGitServer } from "./testing/http-backend.ts";

const network = ownNetwork();

const signal = new AbortController().signal;
const wanted = (path: string) => /\.(ya?ml|json)$/.test(path);

let server: GitServer;
let folder: string;
let commit: string;

beforeAll(async () => {
  server = await startGitServer();
  folder = mkdtempSync(join(tmpdir(), "forge-source-"));
  git(folder, "clone", "--quiet", server.gitDir, "work");
  const work = join(folder, "work");
  const files = {
    "apps/auth/service.yaml": "kind: Service",
    "apps/auth/base/deployment.yml": "kind: Deployment",
    "apps/auth/base/copy.yaml": "kind: Service",
    "apps/auth/README.md": "no manifest",
    "apps/other/other.yaml": "kind: Other",
    "apps/docs/README.md": "no manifest",
    "real/a.yaml": "a",
  };
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(join(work, path, ".."), { recursive: true });
    writeFileSync(join(work, path), text);
  }
  mkdirSync(join(work, "linked"));
  symlinkSync("../real/a.yaml", join(work, "linked/a.yaml"));
  symlinkSync("real", join(work, "way"));
  git(work, "add", ".");
  git(work, "update-index", "--add", "--cacheinfo", `160000,${"1".repeat(40)},apps/auth/vendored`);
  git(
    work,
    "commit",
    "--quiet",
    "-m",
    "The sources\n\nWith a body.",
    "--date=2026-11-20T10:00:00+0100",
  );
  git(work, "push", "--quiet", "origin", "HEAD:main");
  commit = git(work, "rev-parse", "HEAD");
});
afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await server[Symbol.asyncDispose]();
});

async function read(request: Partial<FolderRequest>) {
  const remote = openRemote({ network, url: server.url });
  try {
    return await readFolder(remote, { commit, folder: "apps/auth", wanted, ...request }, signal);
  } finally {
    await remote.close();
  }
}

describe("readFolder", () => {
  test.each([
    { because: "with filters", filter: "true", posts: 2 },
    { because: "without filters all blobs come at once", filter: "false", posts: 1 },
  ])("reads the wanted files and the commit: $because", async ({ filter, posts }) => {
    git(server.gitDir, "config", "uploadpack.allowFilter", filter);
    server.requests.length = 0;
    const result = await read({});
    expect(
      result.files.map(({ path, content }) => [path, Buffer.from(content).toString()]),
    ).toEqual([
      ["base/copy.yaml", "kind: Service"],
      ["base/deployment.yml", "kind: Deployment"],
      ["service.yaml", "kind: Service"],
    ]);
    expect(result.commit.author).toEqual({
      name: "Ann",
      email: "ann@example.com",
      time: "2026-11-20T09:00:00Z",
    });
    expect(result.commit.message).toBe("The sources\n\nWith a body.\n");
    expect(result.submodules).toEqual(["vendored"]);
    expect(server.requests.filter((line) => line.startsWith("POST"))).toHaveLength(posts);
    git(server.gitDir, "config", "uploadpack.allowFilter", "true");
  });

  test("43 objects with more paths than can be visited end in an error, and keep nobody waiting", async () => {
    const blob = gitObject("blob", Buffer.from("no manifest"));
    const objects = [blob, encodeTree([{ mode: "100644", name: "a.md", id: blob.id }])];
    for (let level = 0; level < 40; level++) {
      const id = objects.at(-1)?.id ?? "";
      objects.push(encodeTree(["a", "b"].map((name) => ({ mode: "40000", name, id }))));
    }
    const person = { name: "Ann", email: "ann@example.com", time: "2026-11-28T10:00:00Z" };
    const about = { parents: [], author: person, committer: person, message: "bomb" };
    objects.push(encodeCommit({ tree: objects.at(-1)?.id ?? "", ...about }));
    const bomb = objects.at(-1)?.id ?? "";
    const remote = openRemote({ network, url: server.url });
    const push = { ref: "refs/heads/bomb", old: undefined, new: bomb, objects };
    expect(await remote.push(push, signal)).toEqual({ status: "accepted" });
    await remote.close();
    let turns = 0;
    const turning = setInterval(() => (turns += 1), 1);
    const limits = { visits: { nodes: 200_000, bytes: 1e9 } };
    const request = { commit: bomb, folder: "a", limits };
    const error = await read(request).catch((thrown: unknown) => thrown);
    clearInterval(turning);
    expect(error).toMatchObject({
      code: "SourceTooLarge",
      message: expect.stringContaining("over 200000 nodes"),
    });
    // Each slice is 2,000 visits.
    expect(turns).toBeGreaterThan(10);
  });

  test.each(["", ".", "./"])("folder %j is the root", async (path) => {
    const result = await read({ folder: path, wanted: (file) => file.startsWith("apps/other/") });
    expect(result.files.map((file) => file.path)).toEqual(["apps/other/other.yaml"]);
  });

  test.each<{ because: string; request: Partial<FolderRequest>; code: string; says: string }>([
    {
      because: "the folder is missing",
      request: { folder: "apps/nope" },
      code: "NoManifests",
      says: '"apps/nope"',
    },
    {
      because: "the folder is a file",
      request: { folder: "apps/auth/service.yaml" },
      code: "NoManifests",
      says: "does not exist",
    },
    {
      because: "nothing in it is wanted",
      request: { folder: "apps/docs" },
      code: "NoManifests",
      says: "holds no manifests",
    },
    {
      because: "the path climbs",
      request: { folder: "apps/../apps" },
      code: "InvalidObject",
      says: '".."',
    },
    {
      because: "the way is a link",
      request: { folder: "way" },
      code: "InvalidManifest",
      says: "symbolic link",
    },
    {
      because: "the way is a submodule",
      request: { folder: "apps/auth/vendored" },
      code: "InvalidManifest",
      says: "submodule",
    },
    {
      because: "a wanted file is a link",
      request: { folder: "linked" },
      code: "InvalidManifest",
      says: '"a.yaml" is a symbolic link',
    },
    {
      because: "there are too many files",
      request: { limits: { files: 2 } },
      code: "SourceTooLarge",
      says: "over 2 files",
    },
    {
      because: "they are too large",
      request: { limits: { totalBytes: 20 } },
      code: "SourceTooLarge",
      says: "20 bytes",
    },
    {
      because: "the commit is unknown",
      request: { commit: "c0ffee".repeat(7).slice(0, 40) },
      code: "CommitNotFound",
      says: "not our ref",
    },
  ])("$code when $because", async ({ request, code, says }) => {
    const error = await read(request).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code, message: expect.stringContaining(says) });
  });
});
