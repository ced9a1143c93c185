import { expect, test } from "vitest";
import { seededRandom } from "../random.ts";
import { gitAnswerShapes, offer } from "./git-answers.ts";

/** Pkt-lines up to the first that is none. */
function packets(bytes: Buffer): string[] {
  const found: string[] = [];
  for (let at = 0; at + 4 <= bytes.length; ) {
    const length = Number.parseInt(bytes.toString("latin1", at, at + 4), 16);
    if (length === 0) found.push("flush");
    else if (length < 5) return found;
    else found.push(bytes.toString("latin1", at + 4, at + length));
    at += Math.max(length, 4);
  }
  return found;
}

const bodyOf = (name: string) => gitAnswerShapes[name]?.(seededRandom(1)).body ?? Buffer.alloc(0);

test("the offer is one of version 2", () => {
  expect(packets(offer)).toEqual(
    expect.arrayContaining(["version 2\n", "ls-refs\n", "fetch=shallow filter\n", "flush"]),
  );
});

test.each([
  { name: "three hundred thousand refs", count: 300_001 },
  { name: "half a million refs in version 2", count: 500_001 },
  { name: "flushes by the million", count: 2_000_000 },
])("$name: $count pkt-lines", ({ name, count }) => {
  expect(packets(bodyOf(name))).toHaveLength(count);
});

test("lengths lie where they should", () => {
  expect(packets(bodyOf("lengths below four"))).toEqual([]);
  expect(bodyOf("a length that leads beyond the end").length).toBeLessThan(0xfff0);
});
