import { describe, expect, test } from "vitest";
import { ManifestCache } from "./manifest-cache.ts";

const kib = (letter: string) => [letter.repeat(1_024)];

describe("ManifestCache", () => {
  test("what was used last stays longest", () => {
    const cache = new ManifestCache(5 * 1_200);
    for (const key of ["a", "b", "c", "d", "e"]) cache.set(key, kib(key));
    expect(cache.get("a")).toEqual(kib("a"));
    cache.set("f", kib("f"));
    expect(cache.get("b")).toBeUndefined();
    expect(cache.get("a")).toEqual(kib("a"));
    expect(cache.bytes).toBeLessThanOrEqual(5 * 1_200);
  });

  test("one that would drive the others out is not kept", () => {
    const cache = new ManifestCache(4_096);
    cache.set("small", ["x"]);
    cache.set("large", [...kib("x"), ...kib("y")]);
    expect([cache.get("small"), cache.get("large")]).toEqual([["x"], undefined]);
  });

  test("what is set again is counted once, and wide characters twice", () => {
    const cache = new ManifestCache(1 << 20);
    cache.set("a", ["x".repeat(100)]);
    const once = cache.bytes;
    cache.set("a", ["x".repeat(100)]);
    expect(cache.bytes).toBe(once);
    cache.set("a", ["é".repeat(100)]);
    expect(cache.bytes).toBe(once);
    cache.set("a", ["→".repeat(100)]);
    expect(cache.bytes).toBe(once + 100);
  });
});
