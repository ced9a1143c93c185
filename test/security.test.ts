import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
const page = readFileSync(join(root, "docs", "security.md"), "utf8");
const section = /^## Threats[^]*?(?=^## )/m.exec(page)?.[0] ?? "";

/** Each threat with the files that its last cell names. */
const rows = section
  .split("\n")
  .filter((line) => line.startsWith("|") && !/^\|\s*(threat|-)/.test(line))
  .map((line) => {
    const cells = line.split("|").map((cell) => cell.trim());
    const files = [...(cells.at(-2) ?? "").matchAll(/`([^`]+)`/g)].map(([, file = ""]) => file);
    return { threat: cells[1], files };
  });

test("the table of threats has rows", () => {
  expect(rows.length).toBeGreaterThan(20);
});

test.each(rows)("a test shows what stands against: $threat", ({ files }) => {
  expect(files).not.toEqual([]);
  expect(files.filter((file) => !file.endsWith(".test.ts"))).toEqual([]);
  expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([]);
});
