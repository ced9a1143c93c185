import { describe, expect, test } from "vitest";
import { ManualClock } from "../../../controller/kube/testing/index.ts";
import { lineStream } from "./line-stream.ts";

async function* numbers(upTo: number, seen: number[] = []): AsyncGenerator<string> {
  for (let n = 1; n <= upTo; n++) {
    seen.push(n);
    yield `${String(n).padStart(1_023, "0")}\n`;
  }
}

const goOn = async () => undefined;

async function textOf(stream: ReadableStream<Uint8Array>): Promise<string> {
  return new Response(stream).text();
}

describe("lineStream", () => {
  test("hands on every line, and ends once", async () => {
    let ends = 0;
    const clock = new ManualClock();
    const onEnd = () => void ends++;
    const lines = numbers(200);
    const text = await textOf(await lineStream({ lines, mayGoOn: goOn, clock, onEnd }));
    expect(text.trimEnd().split("\n").map(Number)).toEqual(
      Array.from({ length: 200 }, (_, index) => index + 1),
    );
    expect(ends).toBe(1);
  });

  test("reads no further than its reader", async () => {
    const seen: number[] = [];
    const lines = numbers(10_000, seen);
    const stream = await lineStream({
      ...{ lines, mayGoOn: goOn, clock: new ManualClock() },
      onEnd: () => undefined,
    });
    const reader = stream.getReader();
    await reader.read();
    expect(seen.length).toBeLessThan(200);
    await reader.cancel();
  });

  test("an end that failed is torn, and cannot be taken for the end", async () => {
    async function* failing() {
      yield "first\n".padStart(70_000, "0");
      throw new Error("the database is gone");
    }
    const stream = await lineStream({
      ...{ lines: failing(), mayGoOn: goOn, clock: new ManualClock() },
      onEnd: () => undefined,
    });
    await expect(textOf(stream)).rejects.toThrow("the database is gone");
  });

  test("what fails before the first line is thrown, and ends it", async () => {
    let ends = 0;
    const mayGoOn = () => Promise.reject(new Error("no longer known"));
    const clock = new ManualClock();
    const onEnd = () => void ends++;
    const stream = lineStream({ lines: numbers(1), mayGoOn, clock, onEnd });
    await expect(stream).rejects.toThrow("no longer known");
    expect(ends).toBe(1);
  });

  test("who takes nothing for a minute loses its place", async () => {
    let ends = 0;
    const clock = new ManualClock();
    const onEnd = () => void ends++;
    const lines = numbers(10_000);
    const stream = await lineStream({ lines, mayGoOn: goOn, clock, onEnd });
    const reader = stream.getReader();
    await reader.read();
    clock.advance(59_000);
    expect(ends).toBe(0);
    clock.advance(2_000);
    expect(ends).toBe(1);
    await expect(reader.read()).rejects.toThrow("nobody reads");
  });
});
