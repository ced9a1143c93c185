import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { git } from "../testing/http-backend.ts";
import { readPack } from "../testing/read-back.ts";
import { type GitObject, gitObject } from "./git-object.ts";
import { defaultPackLimits } from "./pack-budget.ts";
import { writePack } from "./pack-writer.ts";

const anyObject = fc
  .tuple(
    fc.constantFrom("commit", "tree", "blob", "tag"),
    fc.uint8Array({ maxLength: 5_000, size: "max" }),
  )
  .map(([type, data]) => gitObject(type, data));

const ids = (objects: readonly GitObject[]) => objects.map(({ id }) => id).toSorted();

describe("packs", () => {
  test("what is written reads back, with the same ids and bytes", () => {
    fc.assert(
      fc.property(fc.array(anyObject, { maxLength: 20 }), (objects) => {
        const read = readPack(writePack(objects));
        expect(read.map(({ id, type }) => [id, type])).toEqual(
          objects.map(({ id, type }) => [id, type]),
        );
        expect(
          read.every((object, index) =>
            Buffer.from(object.data).equals(objects[index]?.data ?? Buffer.alloc(0)),
          ),
        ).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  test("a changed byte never goes unnoticed", () => {
    const pack = writePack([
      gitObject("blob", Buffer.from("one")),
      gitObject("blob", Buffer.from("two")),
    ]);
    fc.assert(
      fc.property(fc.nat(pack.length - 1), fc.integer({ min: 1, max: 255 }), (at, mask) => {
        const changed = Buffer.from(pack);
        changed[at] = (changed[at] ?? 0) ^ mask;
        expect(() => readPack(changed)).toThrow(/^the pack /);
      }),
    );
  });

  test.each([
    { limits: { packBytes: 40 }, because: "the pack itself is longer" },
    { limits: { objects: 1 }, because: "it holds two objects" },
    { limits: { objectBytes: 999 }, because: "one object has 1,000 bytes" },
    { limits: { totalBytes: 1_500 }, because: "both have 2,000 bytes together" },
  ])("stops at $limits: $because", ({ limits }) => {
    const pack = writePack([1, 2].map((fill) => gitObject("blob", Buffer.alloc(1_000, fill))));
    expect(() => readPack(pack, { ...defaultPackLimits, ...limits })).toThrow(
      expect.objectContaining({ code: "SourceTooLarge" }),
    );
  });
});

describe("packs and git", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "forge-pack-"));
    git(folder, "init", "--quiet");
    // Files that resemble one another, so that git writes deltas.
    const lines = Array.from({ length: 400 }, (_, index) => `line ${index * 7919}`);
    for (let version = 0; version < 6; version++) {
      lines[version * 50] = `changed in version ${version}`;
      writeFileSync(join(folder, "file.txt"), lines.join("\n"));
      git(folder, "add", ".");
      git(folder, "commit", "--quiet", "-m", `version ${version}`);
    }
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("git accepts our packs", () => {
    const path = join(folder, "ours.pack");
    const objects = ["", "a", "b".repeat(100_000)].map((text) =>
      gitObject("blob", Buffer.from(text)),
    );
    writeFileSync(path, writePack(objects));
    git(folder, "index-pack", "--strict", path);
    const listed = git(folder, "verify-pack", "-v", path);
    for (const { id } of objects) expect(listed).toContain(id);
  });

  test.each([
    { option: "--delta-base-offset", because: "bases are named by their offset" },
    { option: "--no-reuse-delta", because: "bases are named by their id" },
  ])("reads git's packs written with $option: $because", ({ option }) => {
    const everything = git(folder, "rev-list", "--objects", "--all")
      .split("\n")
      .map((line) => line.slice(0, 40));
    const pack = execFileSync("git", ["pack-objects", "--stdout", "--quiet", option], {
      cwd: folder,
      input: `${everything.join("\n")}\n`,
    });
    const read = readPack(pack);
    expect(ids(read)).toEqual(everything.toSorted());
    expect(pack.length).toBeLessThan(10_000);
  });

  test("a thin pack needs the base it leaves out", () => {
    const input = "HEAD\n^HEAD~1\n";
    const options = { cwd: folder, input };
    const thin = execFileSync(
      "git",
      ["pack-objects", "--stdout", "--quiet", "--revs", "--thin"],
      options,
    );
    expect(() => readPack(thin)).toThrow("base is missing");
    const base = Buffer.from(
      execFileSync("git", ["cat-file", "blob", "HEAD~1:file.txt"], { cwd: folder }),
    );
    const blob = gitObject("blob", base);
    const read = readPack(thin, defaultPackLimits, (id) => (id === blob.id ? blob : undefined));
    expect(ids(read)).toContain(git(folder, "rev-parse", "HEAD:file.txt"));
  });
});
