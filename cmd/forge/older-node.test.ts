import { describe, expect, test } from "vitest";
import { groupBy, parseUrl, withResolvers } from "./older-node.ts";

// This Node has them all, so each is held against the one that it stands in for.
describe("what an older Node lacks", () => {
  test("withResolvers settles its promise from outside", async () => {
    const kept = withResolvers<number>();
    kept.resolve(1);
    await expect(kept.promise).resolves.toBe(1);
    const broken = withResolvers<number>();
    broken.reject(new Error("broken"));
    await expect(broken.promise).rejects.toThrow("broken");
  });

  test.each([
    { url: "https://forge.example.com/v1", base: undefined, because: "it is whole" },
    { url: "/v1", base: "https://forge.example.com", because: "the base completes it" },
    { url: "/v1", base: undefined, because: "nothing completes it" },
    { url: "", base: undefined, because: "it is empty" },
    { url: "http://[::1", base: undefined, because: "its address is not closed" },
  ])("parseUrl reads $url as URL.parse does: $because", ({ url, base }) => {
    expect(parseUrl(url, base)?.href).toBe(URL.parse(url, base)?.href);
    expect(parseUrl(url, base) === null).toBe(URL.parse(url, base) === null);
  });

  test("groupBy keeps the order of keys and of items, as Map.groupBy does", () => {
    const items = ["b1", "a1", "b2", "c1", "a2"];
    const keyOf = (item: string, index: number) => (index === 3 ? "a" : item.charAt(0));
    expect([...groupBy(items, keyOf)]).toEqual([...Map.groupBy(items, keyOf)]);
    expect(groupBy([], keyOf).size).toBe(0);
  });
});
