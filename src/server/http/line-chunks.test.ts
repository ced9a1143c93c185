import { describe, expect, test } from "vitest";
import { lineChunks } from "./line-chunks.ts";

async function* numbers(upTo: number, seen: number[] = []): AsyncGenerator<string> {
  try {
    for (let n = 1; n <= upTo; n++) {
      seen.push(n);
      yield `${String(n).padStart(1_023, "0")}\n`;
    }
  } finally {
    seen.push(-1);
  }
}

const goOn = async () => undefined;

describe("lineChunks", () => {
  test("hands on every line, in chunks of about 64 KiB", async () => {
    const chunks: string[] = [];
    for await (const chunk of lineChunks(numbers(200), goOn)) chunks.push(chunk);
    expect(chunks.map(({ length }) => length)).toEqual([65_536, 65_536, 65_536, 8_192]);
    expect(chunks.join("").trimEnd().split("\n").map(Number)).toEqual(
      Array.from({ length: 200 }, (_, index) => index + 1),
    );
  });

  test("reads no further than its reader, and ends the lines with it", async () => {
    const seen: number[] = [];
    const chunks = lineChunks(numbers(10_000, seen), goOn);
    await chunks.next();
    expect(seen).toHaveLength(64);
    await chunks.return();
    expect(seen.at(-1)).toBe(-1);
  });

  test("what mayGoOn throws ends them before the next line is read", async () => {
    const seen: number[] = [];
    let asked = 0;
    const mayGoOn = async () => {
      asked += 1;
      if (asked === 2) throw new Error("no longer known");
    };
    const chunks = lineChunks(numbers(10_000, seen), mayGoOn);
    await chunks.next();
    await expect(chunks.next()).rejects.toThrow("no longer known");
    expect(seen.filter((n) => n > 0)).toHaveLength(64);
  });
});
