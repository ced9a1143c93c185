import { expect, test } from "vitest";
import { limits } from "./limits.ts";
import { plainTree } from "./plain-tree.ts";

const { expandedNode, indentation } = limits;

test("nothing is shared in the copy", () => {
  const shared = { a: [1] };
  const copied = plainTree({ x: shared, y: shared }, "f", { left: 100 }) as (typeof shared)[];
  expect(copied).toStrictEqual({ x: { a: [1] }, y: { a: [1] } });
  expect(Object.values(copied)[0]).not.toBe(Object.values(copied)[1]);
});

test.each([
  ["nodes", [1, 2, 3], 4 * expandedNode + 3 * indentation],
  ["characters of values", ["abc"], 2 * expandedNode + indentation + 3],
  ["characters of keys", { abc: 1 }, 2 * expandedNode + indentation + 3],
  ["the indentation of each level", [[[1]]], 4 * expandedNode + (1 + 2 + 3) * indentation],
  ["the indentation of each line of a text", ["a\nb\nc"], 2 * expandedNode + 3 * indentation + 5],
])("the budget counts %s", (_what, value, cost) => {
  expect(plainTree(value, "f", { left: cost })).toEqual(value);
  expect(() => plainTree(value, "f", { left: cost - 1 })).toThrow(/^f: .* grows too large/);
});

test("one budget serves several documents", () => {
  const budget = { left: 5 * expandedNode + 3 * indentation };
  plainTree([1, 2], "f", budget);
  expect(() => plainTree([1, 2], "f", budget)).toThrow(/grows too large/);
});

test.each([
  { value: { a: "\ud800" }, says: "f: .a holds half" },
  { value: { a: { "\udc00": 1 } }, says: "f: .a has a key" },
])("refuses what no reader reads alike: $says", ({ value, says }) => {
  expect(() => plainTree(value, "f", { left: 100 })).toThrow(says);
});
