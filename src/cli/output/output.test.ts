import { afterEach, describe, expect, test, vi } from "vitest";
import { parseDuration } from "../duration.ts";
import { ageText } from "./age.ts";
import { plainText } from "./plain-text.ts";
import { Progress } from "./progress.ts";
import { stylesFor } from "./style.ts";
import { fieldsText, tableText } from "./table.ts";

function output(isTTY: boolean) {
  const written: string[] = [];
  return { written, isTTY, columns: 40, write: (text: string) => written.push(text) };
}

describe("what is printed", () => {
  test("columns line up, and what is missing is a dash", () => {
    const columns = [
      { name: "NAME", value: (item: { name: string; n?: number }) => item.name },
      { name: "N", value: (item: { name: string; n?: number }) => item.n },
      { name: "MORE", value: () => "x", wide: true },
    ];
    const items = [{ name: "staging", n: 1 }, { name: "dev" }];
    expect(tableText(columns, items, { wide: false })).toBe(
      "NAME      N\nstaging   1\ndev       -\n",
    );
    expect(tableText(columns, items, { wide: true })).toContain("MORE");
  });

  test("a field without a value is left out", () => {
    const text = fieldsText([
      ["Name", "dev"],
      ["Locked", undefined],
    ]);
    expect(text).toBe("Name:  dev\n");
  });

  test.each([
    { text: "a\u001b[2Jb", shown: "a [2Jb", because: "an escape clears the screen" },
    { text: "a\nb", shown: "a b", because: "a line break begins another row" },
    { text: "a\u202eb", shown: "a b", because: "an override turns the direction" },
    { text: "grün ✓", shown: "grün ✓", because: "letters are letters" },
  ])("$because", ({ text, shown }) => {
    expect(plainText(text)).toBe(shown);
  });

  test.each([
    [5, "5s"],
    [90, "1m"],
    [7_200, "2h"],
    [200_000, "2d"],
    [-5, "0s"],
  ])("%d seconds ago is %s", (seconds, text) => {
    const now = new Date("2026-01-01T00:00:00Z");
    expect(ageText(new Date(now.getTime() - seconds * 1_000).toISOString(), now)).toBe(text);
    expect(ageText(undefined, now)).toBe("");
  });

  test.each([
    ["90s", 90_000],
    ["1h30m", 5_400_000],
    ["500ms", 500],
    ["10", undefined],
    ["1d", undefined],
    ["999999999h", 2_147_483_647],
  ])("the duration %s is %s ms", (text, ms) => {
    expect(parseDuration(text)).toBe(ms);
  });

  test("colours are for a terminal, unless NO_COLOR is set", () => {
    expect(stylesFor({ ...output(true) }, {}).bad("x")).toBe("\u001b[31mx\u001b[0m");
    expect(stylesFor({ ...output(true) }, { NO_COLOR: "1" }).bad("x")).toBe("x");
    expect(stylesFor({ ...output(false) }, {}).bad("x")).toBe("x");
  });
});

describe("progress", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  test("elsewhere than on a terminal: one line for each transition", () => {
    const stderr = output(false);
    const progress = new Progress({ stderr, env: {} });
    for (const text of ["waits", "waits", "pushes"]) progress.show(text);
    progress.end();
    expect(stderr.written).toEqual(["waits\n", "pushes\n"]);
  });

  test("on a terminal: a line that turns, no longer than the terminal, and goes", () => {
    vi.useFakeTimers();
    const stderr = output(true);
    const progress = new Progress({ stderr, env: {} });
    progress.show("x".repeat(100));
    vi.advanceTimersByTime(250);
    progress.end();
    vi.advanceTimersByTime(1_000);
    expect(stderr.written).toHaveLength(4);
    expect(stderr.written[0]?.split(" ")).toEqual([expect.any(String), "x".repeat(37)]);
    expect(stderr.written.at(-1)).toBe("\r\u001b[2K");
  });
});
