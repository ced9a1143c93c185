import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";

const folder = join(import.meta.dirname, "..", "docs", "adr");
const read = (name: string) => readFileSync(join(folder, name), "utf8");
const names = readdirSync(folder)
  .filter((name) => name !== "README.md")
  .toSorted();

/** Figures are left out where nothing was measured; "Options" then says so. */
const headings = ["Context", "Options", "Figures", "Decision", "Consequences", "Revisit when"];

describe("a decision", () => {
  test.each(names)("%s has number, date, status and sections", (name) => {
    const text = read(name);
    const number = Number(name.slice(0, 4));
    expect(text).toMatch(new RegExp(`^# ${number}\\. \\S`));
    expect(text).toMatch(/^- Date: \d{4}-\d{2}-\d{2}/m);
    expect(text).toMatch(/^- Status: (proposed|accepted|superseded by \[\d{4}\]\(\S+\))$/m);
    const found = [...text.matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
    const withoutFigures = text.includes("No measurement decided");
    expect(found).toEqual(headings.filter((each) => each !== "Figures" || !withoutFigures));
  });

  test("is numbered without a gap, and listed", () => {
    const expected = names.map((_, index) => String(index + 1).padStart(4, "0"));
    expect(names.map((name) => name.slice(0, 4))).toEqual(expected);
    const listed = [...read("README.md").matchAll(/^- \[(\d{4})\]\(([^)]+)\)/gm)];
    expect(listed.map(([, , file]) => file)).toEqual(names);
    expect(listed.map(([, number]) => number)).toEqual(expected);
  });
});
