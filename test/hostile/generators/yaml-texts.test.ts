import { describe, expect, test } from "vitest";
import { seededRandom } from "../random.ts";
import { environmentFileShapes } from "./env-files.ts";
import { yamlShapes } from "./yaml-texts.ts";

const textOf = (name: string) => yamlShapes[name]?.(seededRandom(1)) ?? "";

/** How many scalars the last anchor leads to, by multiplying; no parser would end. */
function leaves(text: string): bigint {
  const known = new Map<string, bigint>();
  let last = 0n;
  for (const [, anchor = "", items = ""] of text.matchAll(/^\w+: &(\w+) \[(.*)\]$/gm)) {
    last = items
      .split(", ")
      .reduce((sum, item) => sum + (known.get(item.replace("*", "")) ?? 1n), 0n);
    known.set(anchor, last);
  }
  return last;
}

describe("yamlShapes", () => {
  test.each(Object.keys(yamlShapes))("fits into a Release: %s", (name) => {
    const text = textOf(name);
    expect(text.length).toBeGreaterThan(0);
    expect(text.length).toBeLessThan(1_000_000);
  });

  test.each([
    { name: "a billion laughs", count: 10n ** 21n },
    { name: "two to the thirtieth laughs", count: 2n ** 31n },
  ])("$name lead to $count scalars", ({ name, count }) => {
    expect(leaves(textOf(name))).toBe(count);
  });

  test.each([
    { name: "four hundred thousand brackets", open: 400_000, closed: 0 },
    { name: "closed brackets", open: 200_000, closed: 200_000 },
  ])("$name", ({ name, open, closed }) => {
    const count = (sign: string) => textOf(name).split(sign).length - 1;
    expect([count("["), count("]")]).toEqual([open, closed]);
  });
});

test("an env.yaml has its own head in front of the same texts", () => {
  const made = environmentFileShapes["a billion laughs"]?.(seededRandom(1)).toString() ?? "";
  expect(made).toMatch(/^apiVersion: apiextensions\.crossplane\.io\/v1beta1\nkind: Env/);
  expect(leaves(made)).toBe(10n ** 21n);
});
