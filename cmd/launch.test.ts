import { describe, expect, test } from "vitest";
import { isBefore, tooOldNode } from "./launch.ts";

describe("the Node that a program needs", () => {
  test.each([
    { node: "8.17.0", oldest: "20.9", old: true, because: "it is years older" },
    { node: "18.20.8", oldest: "20.9", old: true, because: "its major is smaller" },
    { node: "20.8.1", oldest: "20.9", old: true, because: "its minor is smaller" },
    { node: "20.9.0", oldest: "20.9", old: false, because: "it is the oldest that will do" },
    {
      node: "20.20.2",
      oldest: "20.9",
      old: false,
      because: "20 is more than 9: these are numbers",
    },
    { node: "22.3.0", oldest: "20.9", old: false, because: "a later major wins over the minor" },
    { node: "100.0.0", oldest: "24", old: false, because: "100 is more than 24, not a text" },
    { node: "23.11.1", oldest: "24", old: true, because: "a major alone means its first version" },
    { node: "24.0.0", oldest: "24", old: false, because: "that is its first version" },
    {
      node: "24.0.0-nightly20250101",
      oldest: "24",
      old: false,
      because: "a nightly of it will do",
    },
    { node: "26.10.0", oldest: "26.10.1", old: true, because: "the patch counts too" },
  ])("Node $node for $oldest: $because", ({ node, oldest, old }) => {
    expect(isBefore(node, oldest)).toBe(old);
    expect(tooOldNode({ name: "forge", oldestNode: oldest }, node) !== undefined).toBe(old);
  });

  test("is said in one line, with what there is and where to get another", () => {
    const said = tooOldNode({ name: "forge-controller", oldestNode: "24" }, "20.20.2");
    expect(said).toBe(
      "forge-controller needs Node 24 or later, and this is Node 20.20.2: get a newer one from https://nodejs.org/en/download",
    );
  });
});
