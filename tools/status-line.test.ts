import { describe, expect, test } from "vitest";
import { StatusLine } from "./status-line.ts";

/** A stream that remembers, and a clock that the test sets. */
function setUp(terminal: boolean) {
  const written: string[] = [];
  const clock = { ms: 0 };
  const output = {
    ...(terminal && { isTTY: true, columns: 20 }),
    write: (text: string) => written.push(text),
  };
  return { written, clock, line: new StatusLine(output, () => clock.ms) };
}

describe("the status line", () => {
  test("in a log is a line at most every ten seconds", () => {
    const { written, clock, line } = setUp(false);
    for (clock.ms = 0; clock.ms < 25_000; clock.ms += 1_000) line.update(`${clock.ms}`);
    expect(written).toEqual(["0\n", "10000\n", "20000\n"]);
  });

  test("in a log does not come sooner because another line was printed", () => {
    const { written, clock, line } = setUp(false);
    line.update("first");
    line.print("etcd built");
    clock.ms = 1_000;
    line.update("second");
    expect(written).toEqual(["first\n", "etcd built\n"]);
  });

  test("on a terminal is rewritten in place, and makes room for lines that stay", () => {
    const { written, clock, line } = setUp(true);
    line.update("1 of 3");
    clock.ms = 200;
    line.update("2 of 3");
    line.print("etcd built");
    line.update("1 of 9");
    expect(written).toEqual([
      "\r\u001b[K1 of 3",
      "\r\u001b[K2 of 3",
      "\r\u001b[Ketcd built\n",
      "\r\u001b[K1 of 9",
    ]);
  });

  test("on a terminal is cut where it would wrap", () => {
    const { written, line } = setUp(true);
    line.update("x".repeat(40));
    expect(written).toEqual([`\r\u001b[K${"x".repeat(19)}`]);
  });
});
