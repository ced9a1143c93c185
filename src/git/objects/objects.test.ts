import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { atOnce } from "../../concurrency/index.ts";
import { git } from "../testing/http-backend.ts";
import { branchNameProblem } from "./branch-name.ts";
import { decodeCommit, encodeCommit } from "./commit.ts";
import { gitObject } from "./git-object.ts";
import { ObjectStore } from "./object-store.ts";
import { pathSegmentProblem } from "./path-segment.ts";
import { decodeTree, encodeTree, type TreeEntry } from "./tree.ts";

const id = "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391";
const time = "2026-11-20T10:00:00Z";
const person = { name: "Ann", email: "ann@example.com", time };

const byName = (left: TreeEntry, right: TreeEntry) => (left.name < right.name ? -1 : 1);

describe("trees", () => {
  test("entries come in git's order, in which a folder's name ends in a slash", () => {
    const entries: TreeEntry[] = [
      { mode: "40000", name: "a", id },
      { mode: "100644", name: "a-b", id },
      { mode: "100644", name: "a.b", id },
      { mode: "100644", name: "a0", id },
      { mode: "100644", name: "é", id },
    ];
    const names = decodeTree(encodeTree(entries).data).map(({ name }) => name);
    expect(names).toEqual(["a-b", "a.b", "a", "a0", "é"]);
    const lines = entries.map(
      ({ mode, name }) =>
        `${mode.padStart(6, "0")} ${mode === "40000" ? "tree" : "blob"} ${id}\t${name}\0`,
    );
    const folder = mkdtempSync(join(tmpdir(), "forge-tree-"));
    git(folder, "init", "--quiet");
    const options = { cwd: folder, input: lines.join(""), encoding: "utf8" } as const;
    const byGit = execFileSync("git", ["mktree", "--missing", "-z"], options).trim();
    rmSync(folder, { recursive: true });
    expect(encodeTree(entries).id).toBe(byGit);
  });

  test("what is encoded decodes to the same entries", () => {
    const name = fc
      .string({ minLength: 1, unit: "grapheme" })
      .filter((text) => !/[/\0]/.test(text) && text.isWellFormed());
    const entry = fc.record({
      mode: fc.constantFrom("100644", "40000", "120000", "160000"),
      name,
      id: fc.constant(id),
    });
    const entries = fc.uniqueArray(entry, { selector: (each) => each.name });
    fc.assert(
      fc.property(entries, (given) => {
        const read = decodeTree(encodeTree(given).data);
        expect(read.toSorted(byName)).toEqual(given.toSorted(byName));
      }),
    );
  });

  test.each([
    { bytes: "100644 a", because: "it ends inside a name" },
    { bytes: "100644 a\0short", because: "it ends inside an id" },
    { bytes: `10x644 a\0${"i".repeat(20)}`, because: "the mode is not octal" },
    { bytes: `100644 a/b\0${"i".repeat(20)}`, because: "a name holds a slash" },
    { bytes: `100644 \xff\0${"i".repeat(20)}`, because: "a name is not UTF-8" },
  ])("refuses a malformed tree: $because", ({ bytes }) => {
    expect(() => decodeTree(Buffer.from(bytes, "latin1"))).toThrow(
      expect.objectContaining({ code: "GitProtocol" }),
    );
  });
});

describe("commits", () => {
  test("a commit reads back, and a name cannot end its line", () => {
    const author = { ...person, name: "Eve\nparent 0 <x>" };
    const commit = encodeCommit({
      tree: id,
      parents: [id],
      author,
      committer: person,
      message: "hello\n",
    });
    expect(decodeCommit(commit.data)).toEqual({
      tree: id,
      parents: [id],
      author: { ...person, name: "Eve parent 0  x" },
      committer: person,
      message: "hello\n",
    });
  });

  test("foreign headers and a malformed signature line do not stop the reading", () => {
    const text = `tree ${id}\nauthor nobody\ncommitter A <a@b> 1700000000 +0230\ngpgsig -----BEGIN\n more\n\nmessage\n\nbody\n`;
    const commit = decodeCommit(Buffer.from(text));
    expect(commit.author).toEqual({ name: "", email: "", time: "1970-01-01T00:00:00Z" });
    expect(commit.committer.time).toBe("2023-11-14T22:13:20Z");
    expect(commit.message).toBe("message\n\nbody\n");
  });
});

test("a store keeps what the commit reaches, and nothing else", () => {
  const blob = gitObject("blob", Buffer.from("kept"));
  const inner = encodeTree([{ mode: "100644", name: "file", id: blob.id }]);
  const root = encodeTree([{ mode: "40000", name: "folder", id: inner.id }]);
  const commit = encodeCommit({
    tree: root.id,
    parents: [id],
    author: person,
    committer: person,
    message: "x",
  });
  const stale = gitObject("blob", Buffer.from("stale"));
  const store = new ObjectStore();
  for (const object of [blob, inner, root, commit, stale]) store.put(object);
  const { bytes } = store;
  atOnce(store.retainReachable(commit.id));
  expect(store.size).toBe(4);
  expect(store.has(stale.id)).toBe(false);
  expect(store.bytes).toBe(bytes - stale.data.byteLength);
});

test.each([
  ["auth-service", true],
  ["release.yaml", true],
  [".gitignore", true],
  ["git~2", true],
  ["ünïcode", true],
  ["", false],
  [".", false],
  ["..", false],
  ["a/b", false],
  ["a\\b", false],
  ["a\0b", false],
  ["a\nb", false],
  [".git", false],
  [".GIT", false],
  [".git ", false],
  [".git.", false],
  [".git::$INDEX_ALLOCATION", false],
  ["GIT~1", false],
  [".g\u200cit", false],
  ["\ufeff.git", false],
  ["\ud800", false],
  ["x".repeat(256), false],
] as const)("path segment %j is allowed: %s", (segment, allowed) => {
  expect(pathSegmentProblem(segment) === undefined).toBe(allowed);
});

test.each([
  "main",
  "release/1.x",
  "feature_a-b",
  "a..b",
  "-a",
  "@",
  "a@{1}",
  "a b",
  "a~1",
  "a^",
  "a:b",
  "a?",
  "a*",
  "a[b",
  "a\\b",
  "/a",
  "a/",
  "a//b",
  ".a",
  "a/.b",
  "a.lock",
  "a.",
  "a\u0001b",
  "",
])("branch name %j is judged as git judges it", (name) => {
  const refused = branchNameProblem(name) !== undefined;
  let gitRefuses = false;
  try {
    execFileSync("git", ["check-ref-format", `refs/heads/${name}`], { stdio: "ignore" });
    gitRefuses = name.startsWith("-") || name === "@";
  } catch {
    gitRefuses = true;
  }
  expect(refused).toBe(gitRefuses);
});
