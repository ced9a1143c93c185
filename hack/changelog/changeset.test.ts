import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseChangeset, readChangesets } from "./changeset.ts";

describe("a changeset", () => {
  test.each([
    {
      because: "it is what @changesets/cli writes",
      text: '---\n"forge": minor\n---\n\nAdded `--to`.\n',
      change: { bump: "minor", summary: "Added `--to`." },
    },
    {
      because: "quotes are YAML's affair, and so are line ends of Windows",
      text: "---\r\nforge: patch\r\n---\r\nFixed.\r\n\r\nMore of it.\r\n",
      change: { bump: "patch", summary: "Fixed.\n\nMore of it." },
    },
  ])("is read, because $because", ({ text, change }) => {
    expect(parseChangeset("a.md", text)).toEqual(change);
  });

  test.each([
    { because: "there is no front matter", text: "Fixed.\n", says: "begin with the lines" },
    { because: "the bump is no level", text: "---\nforge: huge\n---\nx", says: "major" },
    { because: "it names another package", text: "---\nfoo: patch\n---\nx", says: '"forge"' },
    { because: "no package is named", text: "---\n\n---\nx", says: '"forge"' },
    {
      because: "two packages are named, and there is one",
      text: "---\nforge: patch\nfoo: patch\n---\nx",
      says: '"forge"',
    },
    { because: "nothing is said", text: "---\nforge: patch\n---\n\n", says: "what changed" },
  ])("is rejected with its name, because $because", ({ text, says }) => {
    expect(() => parseChangeset(".changeset/a.md", text)).toThrow("a.md: ");
    expect(() => parseChangeset(".changeset/a.md", text)).toThrow(says);
  });

  test("each of .changeset can be read", () => {
    const root = join(import.meta.dirname, "..", "..");
    expect(() => readChangesets(root)).not.toThrow();
  });

  test("the page beside them is none", () => {
    const root = mkdtempSync(join(tmpdir(), "forge-changesets-"));
    try {
      mkdirSync(join(root, ".changeset"));
      writeFileSync(join(root, ".changeset", "README.md"), "# Changesets");
      writeFileSync(join(root, ".changeset", "b.md"), "---\nforge: patch\n---\nB");
      writeFileSync(join(root, ".changeset", "a.md"), "---\nforge: minor\n---\nA");
      expect(readChangesets(root).map(({ change }) => change.summary)).toEqual(["A", "B"]);
    } finally {
      rmSync(root, { recursive: true });
    }
  });
});
