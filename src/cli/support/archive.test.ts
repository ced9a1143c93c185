import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { Archive } from "./archive.ts";

describe("a bundle", () => {
  test("is bounded, and says what it left out", () => {
    const archive = new Archive();
    const large = "x".repeat(40 * 1_024 * 1_024);
    archive.add("logs/a.log", large);
    archive.add("logs/b.log", large);
    archive.add("pods.json", "{}");
    expect(archive.omissions).toEqual([
      { what: "logs/b.log", why: expect.stringContaining("would be over") },
    ]);
    expect(gunzipSync(archive.pack("forge")).length).toBeLessThan(65 * 1_024 * 1_024);
  });

  test("a name that is too long costs its part alone", () => {
    const archive = new Archive();
    archive.add(`logs/${"x".repeat(200)}.log`, "a");
    archive.add("pods.json", "{}");
    expect(archive.omissions).toHaveLength(1);
    expect(gunzipSync(archive.pack("forge-support")).toString()).toContain("pods.json");
  });
});
