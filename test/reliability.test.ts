import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..");
const page = readFileSync(join(root, "docs", "reliability.md"), "utf8");

/** The last cell of each row: a file and the name of a test in it. */
const rows = page
  .split("\n")
  .filter((line) => line.startsWith("|") && !/^\|\s*(fault|case|-)/.test(line))
  .map((line) => line.split("|").at(-2)?.trim() ?? "");

test("the page on reliability has rows", () => {
  expect(rows.length).toBeGreaterThan(30);
});

test.each(rows)("a test that it names exists: %s", (cell) => {
  const [, file = "", name = ""] = /^`([^`]+)`: (.+)$/.exec(cell) ?? [];
  expect(existsSync(join(root, file)) && name !== "").toBe(true);
  expect(readFileSync(join(root, file), "utf8")).toContain(`"${name}"`);
});
