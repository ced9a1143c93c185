import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { KubeObject } from "./object.ts";
import { readWatchEvents, type WatchEvent } from "./watch-stream.ts";

async function* chunksOf(text: string, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  const bytes = Buffer.from(text, "utf8");
  const at = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].toSorted((a, b) => a - b);
  let from = 0;
  for (const to of [...at, bytes.length]) {
    yield bytes.subarray(from, to);
    from = to;
  }
}

async function read(text: string, cuts: readonly number[] = [], maximumLineBytes = 10_000) {
  const events: WatchEvent<KubeObject>[] = [];
  const options = { subject: "watch pods", maximumLineBytes };
  for await (const event of readWatchEvents(chunksOf(text, cuts), options)) events.push(event);
  return events;
}

const added = (name: string) =>
  JSON.stringify({ type: "ADDED", object: { metadata: { name, resourceVersion: "1" } } });

test("however the bytes are cut, the same events come out", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ unit: "grapheme" }), { maxLength: 6 }),
      fc.array(fc.nat(2_000), { maxLength: 12 }),
      async (names, cuts) => {
        const text = names.map((name) => `${added(name)}\n`).join("");
        const events = await read(text, cuts);
        expect(events.map((e) => (e.type === "ADDED" ? e.object.metadata.name : ""))).toEqual(
          names,
        );
      },
    ),
  );
});

describe("what is not a watch", () => {
  test.each([
    {
      because: "a line that broke off is not an event",
      text: `${added("a")}\n{"type":"ADDED"`,
      error: { reason: "MalformedAnswer", message: expect.stringContaining("within a line") },
    },
    {
      because: "half an object that happens to parse is still half",
      text: added("a"),
      error: { reason: "MalformedAnswer" },
    },
    {
      because: "HTML is not JSON",
      text: "<html>\n",
      error: { reason: "MalformedAnswer" },
    },
    {
      because: "null is not an event",
      text: "null\n",
      error: { reason: "MalformedAnswer" },
    },
    {
      because: "an unknown type is not guessed at",
      text: `${added("a").replace("ADDED", "MOVED")}\n`,
      error: { reason: "MalformedAnswer" },
    },
    {
      because: "a line without end would fill the memory",
      text: "x".repeat(11_000),
      error: { reason: "AnswerTooLarge" },
    },
    {
      because: "an ERROR event is what its Status says",
      text: '{"type":"ERROR","object":{"kind":"Status","code":410,"reason":"Expired"}}\n',
      error: { reason: "Expired", status: 410 },
    },
  ])("$because", async ({ text, error }) => {
    await expect(read(text, [3, 4_000])).rejects.toMatchObject(error);
  });
});

test("a bookmark gives its resource version alone", async () => {
  const text = '{"type":"BOOKMARK","object":{"metadata":{"resourceVersion":"77"}}}\n\n';
  expect(await read(text)).toEqual([{ type: "BOOKMARK", resourceVersion: "77" }]);
});
